#pragma once

#include "core/session/session.h"
#include "tests/core/support/small_model.h"

namespace patchboard::testing {

/// A session with the small model, its weights fed in one piece.
class LoadedSession : public Session {
 public:
  explicit LoadedSession(int threads) : Session(threads) {
    const SmallModel& model = small_model();
    begin(model.config_text);
    set_tokenizer(model.tokenizer);
    feed(std::as_bytes(std::span(model.weights_file)));
    finish();
  }
};

}  // namespace patchboard::testing
