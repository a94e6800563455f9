/* Data files as bytes of the program; CMake names the folders. */

.macro embed name, file
    .global patchboard_\name\()_begin
    .global patchboard_\name\()_end
    .balign 16
patchboard_\name\()_begin:
    .incbin "\file"
patchboard_\name\()_end:
    .byte 0
.endm

    .section .rodata
    embed report, "report/report.json"
    embed known_logits, "verify/gpt2.json"

    .section .note.GNU-stack, "", %progbits
