// expect: conversion|no viable
// A handle holds operators of its own signature only.
#include <ember/op.hpp>

#include <string>

const auto length =
    ember::op("length", [](const std::string& text) { return static_cast<int>(text.size()); });
#ifdef CORRECTED
const ember::Op<int(std::string)> handle = length;
#else
const ember::Op<std::string(std::string)> handle = length;
#endif
