#include "ranks/mpi_runtime.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include <ember/error.hpp>

#include "ranks/rank_link.hpp"

namespace ember::ranks {
namespace {

/// Whether it was started here: then it is ended here.
bool& is_ours() {
  static bool value = false;
  return value;
}

/// Never destroyed: it is called while the process ends.
std::function<bool()>& leave_function() {
  static auto* function = new std::function<bool()>;
  return *function;
}

bool leave_once() {
  const std::function<bool()> leave = std::exchange(leave_function(), nullptr);
  return !leave || leave();
}

bool is_finalized() {
  int flag = 0;
  MPI_Finalized(&flag);
  return flag != 0;
}

/// The program ends MPI itself: MPI_Finalize deletes the attributes of MPI_COMM_SELF first of all.
int on_finalize(MPI_Comm, int, void*, void*) {
  (void)leave_once();
  return MPI_SUCCESS;
}

void on_exit() {
  if (is_finalized()) return;
  const bool is_in_order = leave_once();
  // MPI_Finalize waits for all ranks: for one that is dead, for ever.
  if (is_ours() && is_in_order) MPI_Finalize();
}

}  // namespace

void check_mpi(int code, const std::string& what) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw ConfigError("[mesh] " + what + ": " + text.data());
}

bool is_mpi_there() {
  int is_started = 0;
  MPI_Initialized(&is_started);
  if (is_started != 0) return !is_finalized();
  return launched_processes() > 0;
}

void start_mpi() {
  int is_started = 0;
  int threads = MPI_THREAD_SINGLE;
  MPI_Initialized(&is_started);
  if (is_started != 0) {
    // The program may use MPI at any time, and so does our thread.
    MPI_Query_thread(&threads);
    if (threads < MPI_THREAD_MULTIPLE) {
      throw ConfigError("[mesh] the program has started MPI without MPI_THREAD_MULTIPLE, which a mesh needs");
    }
    return;
  }
  check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &threads), "MPI does not start");
  is_ours() = true;
  if (threads < MPI_THREAD_SERIALIZED) throw ConfigError("[mesh] this MPI does not allow threads");
}

void at_end_of_mpi(std::function<bool()> leave) {
  leave_function() = std::move(leave);
  int key = MPI_KEYVAL_INVALID;
  check_mpi(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, &on_finalize, &key, nullptr), "no key");
  check_mpi(MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr), "no attribute");
  (void)std::atexit(&on_exit);
}

}  // namespace ember::ranks
