# ember_add_rank_test(<name> COMMAND <command...>): a test that starts several processes with mpirun. They share the
# cores with each other, and with no other test.
function(ember_add_rank_test name)
  add_test(NAME ${name} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS ranks TIMEOUT 120 PROCESSORS 2
    # Open MPI needs to be told: more processes than cores, root as in containers, and no words about the kernel. It
    # loses memory in plugins that are gone when leaks are looked for, so that nobody can tell them from others.
    ENVIRONMENT "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1;\
OMPI_MCA_btl_vader_single_copy_mechanism=none;\
LSAN_OPTIONS=detect_leaks=0")
endfunction()
