#include "tools/patchboard/written_json.h"

namespace patchboard {

nlohmann::ordered_json written_again(std::string_view text, const InputSource& source) {
  static_cast<void>(parse_json_tree(text, source));
  return nlohmann::ordered_json::parse(text);
}

}  // namespace patchboard
