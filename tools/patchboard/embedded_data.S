/* Files as bytes of the program: data, and the embedded model; CMake names the folders. */

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
    embed config, "config.json"
    embed vocab, "vocab.json"
    embed merges, "merges.txt"
    embed weights, "model.safetensors"
    embed gpt2_merges, "gpt2-tokenizer/merges.txt"

    .section .note.GNU-stack, "", %progbits
