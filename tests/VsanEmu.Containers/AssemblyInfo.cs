using VsanEmu.Containers;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Engine))]
// Clusters at once would disturb each other's timing.
[assembly: Parallelization(Mode = ParallelMode.None)]
