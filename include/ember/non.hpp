// The stock operators, namespace `ember::non` (networks of networks).
#pragma once

#include <ember/ask.hpp>
#include <ember/compact.hpp>
#include <ember/ensemble.hpp>
#include <ember/extract.hpp>
#include <ember/judge.hpp>
#include <ember/most_common.hpp>
#include <ember/sequential.hpp>
