// MPI itself: started at most once, and ended at the end of the program by whoever started it.
#pragma once

#include <mpi.h>

#include <functional>
#include <string>

namespace ember::ranks {

/// Throws ConfigError naming `what` when an MPI call did not succeed.
void check_mpi(int code, const std::string& what);

/// True when there is MPI to speak of: the program has started it, or was itself started by `mpirun`.
bool is_mpi_there();
/// Starts MPI unless the program has done so. Throws ConfigError when it does not allow several threads.
void start_mpi();
/// Calls `leave` before MPI is ended by the program, or at the end of the process. `leave` returns false when
/// MPI can not be ended any more in good order. Called once, after `start_mpi`.
void at_end_of_mpi(std::function<bool()> leave);

}  // namespace ember::ranks
