#include "core/weights/torch_legacy.h"

#include <algorithm>
#include <cstring>

#include "core/weights/pickle_reader.h"
#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

constexpr std::uint64_t kFirstBytes = std::uint64_t{1} << 16U;
constexpr std::int64_t kProtocol = 1001;

void require_little_endian(const Pickle& machine) {
  const auto* dict = machine.as<PickleDict>(machine.root);
  const PickleId* is_little = dict == nullptr ? nullptr : find(machine, *dict, "little_endian");
  const bool* truth = is_little == nullptr ? nullptr : machine.as<bool>(*is_little);
  if (truth != nullptr && !*truth) {
    refuse_file("its numbers are big-endian, expected little-endian ones");
  }
}

std::vector<std::string> texts_of(const Pickle& pickle) {
  const auto* list = pickle.as<PickleList>(pickle.root);
  if (list == nullptr) {
    refuse_file("after its values comes " + described(pickle, pickle.root) +
                ", expected a list of its storages");
  }
  std::vector<std::string> texts;
  for (const PickleId id : list->items) {
    const auto* text = pickle.as<std::string>(id);
    if (text == nullptr) {
      refuse_file("the key of a storage is " + described(pickle, id) + ", expected a text");
    }
    texts.push_back(*text);
  }
  return texts;
}

}  // namespace

TorchLegacy::TorchLegacy(std::uint64_t size) : size_(size) { want_more(kFirstBytes); }

void TorchLegacy::want_more(std::uint64_t bytes) {
  wanted_ = {{.begin = 0, .end = std::min(size_, bytes)}};
}

void TorchLegacy::take(std::span<const std::vector<std::byte>> pieces) {
  if (!storages_.empty()) {
    read_counts(pieces);
  } else {
    read_pickles(pieces.front());
  }
}

void TorchLegacy::read_pickles(std::span<const std::byte> bytes) {
  constexpr std::size_t kCount = 5;
  std::vector<Pickle> pickles;
  std::size_t at = 0;
  while (pickles.size() < kCount) {
    std::optional<Pickle> pickle = read_pickle(bytes.subspan(at), kTorchFunctions);
    if (!pickle) {
      if (bytes.size() == size_) {
        refuse_file("the file ends after " + std::to_string(size_) + " bytes, inside pickle " +
                    std::to_string(pickles.size() + 1) + " of " + std::to_string(kCount));
      }
      if (bytes.size() >= kMostPickleBytes) {
        refuse_file("pickles of more than " + std::to_string(kMostPickleBytes) + " bytes");
      }
      return want_more(bytes.size() * 4);
    }
    at += pickle->bytes;
    pickles.push_back(std::move(*pickle));
  }
  const auto* protocol = pickles[1].as<std::int64_t>(pickles[1].root);
  if (protocol == nullptr || *protocol != kProtocol) {
    refuse_file("the protocol of the file is " + described(pickles[1], pickles[1].root) +
                ", expected " + std::to_string(kProtocol));
  }
  require_little_endian(pickles[2]);
  keys_ = texts_of(pickles[4]);
  pickle_ = std::move(pickles[3]);
  data_begin_ = at;
  wanted_.clear();
}

void TorchLegacy::want_storages(const std::vector<TorchStorage>& /*storages*/) {
  std::map<std::string, TorchStorage> known;
  for (TorchStorage& storage : torch_storages(pickle_)) {
    const std::string key = storage.key;
    known.emplace(key, std::move(storage));
  }
  std::uint64_t position = data_begin_;
  for (const std::string& key : keys_) {
    const auto found = known.find(key);
    if (found == known.end()) {
      refuse_file("storage `" + key + "` is of no tensor, so that its length is not known");
    }
    const TorchStorage& storage = found->second;
    const std::uint64_t begin = position + sizeof(std::uint64_t);
    if (begin > size_ || storage.bytes() > size_ - begin) {
      refuse_file("storage `" + key + "` should be " + std::to_string(storage.bytes()) +
                  " bytes at byte " + std::to_string(begin) + ", but the file ends at byte " +
                  std::to_string(size_));
    }
    if (!places_.emplace(key, begin).second) {
      refuse_file("storage `" + key + "` is there twice");
    }
    wanted_.push_back({.begin = position, .end = begin});
    storages_.push_back(storage);
    position = begin + storage.bytes();
  }
  for (const auto& [key, storage] : known) {
    if (!places_.contains(key)) {
      refuse_file("storage `" + key + "` is not in the file");
    }
  }
}

void TorchLegacy::read_counts(std::span<const std::vector<std::byte>> pieces) {
  for (std::size_t i = 0; i < storages_.size(); ++i) {
    std::uint64_t count = 0;
    std::memcpy(&count, pieces[i].data(), sizeof count);
    if (count != storages_[i].count) {
      refuse_file("storage `" + storages_[i].key + "` has " + std::to_string(count) +
                  " numbers, expected " + std::to_string(storages_[i].count));
    }
  }
  wanted_.clear();
}

}  // namespace patchboard
