using Xunit.Sdk;
using Xunit.v3;

// Each scenario has the whole machine: two labs at once would disturb each other's timing.
[assembly: Parallelization(Mode = ParallelMode.None)]
