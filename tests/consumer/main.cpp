// consumer MODEL-FOLDER DOCUMENT: runs an experiment, and prints each cell of the first target, a
// row a line.

#include <core/session/session.h>

#include <exception>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <span>
#include <string>

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int main(int, char** arguments) try {
  const std::string folder = arguments[1];
  patchboard::Session session(/*threads=*/2);
  session.begin(read(folder + "/config.json"));
  const std::string vocab = read(folder + "/vocab.json");
  const std::string merges = read(folder + "/merges.txt");
  session.set_tokenizer({.vocab_json = vocab, .merges_txt = merges});
  const std::string weights = read(folder + "/model.safetensors");
  session.feed(std::as_bytes(std::span(weights)));  // in pieces of any size
  session.finish();

  patchboard::Lab& lab = session.start(read_experiment(read(arguments[2]), session.text_reader()));
  while (!lab.done()) {
    const patchboard::LabRow row = lab.step();
    std::cout << row.layer << std::setprecision(9);
    for (const float prob : row.values.of(patchboard::Measure::kProb)) {
      std::cout << ' ' << prob;
    }
    std::cout << '\n';
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
