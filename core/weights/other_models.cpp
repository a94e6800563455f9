#include "core/weights/other_models.h"

#include <algorithm>
#include <array>

namespace patchboard {
namespace {

constexpr std::string_view kBytes = "bitsandbytes";
constexpr std::string_view kGroups = "GPTQ or AWQ";

struct Ending {
  std::string_view text;
  std::string_view method;
};

constexpr std::array kEndings = {Ending{.text = ".qweight", .method = kGroups},
                                 Ending{.text = ".qzeros", .method = kGroups},
                                 Ending{.text = ".g_idx", .method = kGroups},
                                 Ending{.text = ".SCB", .method = kBytes},
                                 Ending{.text = ".weight_format", .method = kBytes},
                                 Ending{.text = ".absmax", .method = kBytes},
                                 Ending{.text = ".quant_map", .method = kBytes}};

bool is_read(std::string_view architecture) {
  return architecture.starts_with("GPT2") || architecture.starts_with("GPTNeoFor") ||
         architecture == "GPTNeoModel";
}

[[noreturn]] void refuse_architecture(const InputValue& value) {
  value.refuse(
      "one of gpt2, gpt_neo: other architectures are not read, choose a model of one of these");
}

}  // namespace

void refuse_other_model(const InputValue& config) {
  const auto type = config.find("model_type");
  if (type && type->text() != "gpt2" && type->text() != "gpt_neo") {
    refuse_architecture(*type);
  }
  const auto architectures = config.find("architectures");
  if (!type && architectures && architectures->is_list()) {
    for (const InputValue& architecture : architectures->list()) {
      if (architecture.is_text() && !is_read(architecture.text())) {
        refuse_architecture(architecture);
      }
    }
  }
  const auto packed = config.find("quantization_config");
  if (packed && !packed->is_null()) {
    const auto method = packed->find("quant_method");
    (method ? *method : *packed)
        .refuse(
            "no `quantization_config`: weights packed by this method are not read; take the model "
            "that they were made from, or a GGUF of it");
  }
}

std::optional<std::string> packed_by(std::string_view tensor) {
  if (tensor.find(".quant_state.bitsandbytes") != std::string_view::npos) {
    return std::string(kBytes);
  }
  const auto* const found = std::ranges::find_if(
      kEndings, [&](const Ending& ending) { return tensor.ends_with(ending.text); });
  return found == kEndings.end() ? std::nullopt : std::optional(std::string(found->method));
}

}  // namespace patchboard
