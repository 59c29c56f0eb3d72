// The engine: graphs, recording, execution, options, schedulers, traces, simulated time.
#pragma once

#include <ember/autograph.hpp>
#include <ember/autograph_builder.hpp>
#include <ember/cost_analysis.hpp>
#include <ember/dependency_analyzer.hpp>
#include <ember/device.hpp>
#include <ember/execute.hpp>
#include <ember/execution_error.hpp>
#include <ember/execution_metrics.hpp>
#include <ember/execution_options.hpp>
#include <ember/graph.hpp>
#include <ember/jit.hpp>
#include <ember/op.hpp>
#include <ember/plan_passes.hpp>
#include <ember/program.hpp>
#include <ember/result_cache.hpp>
#include <ember/results.hpp>
#include <ember/runtime.hpp>
#include <ember/scheduler.hpp>
#include <ember/structure_analysis.hpp>
#include <ember/tracer.hpp>
#include <ember/xcs_api.hpp>
