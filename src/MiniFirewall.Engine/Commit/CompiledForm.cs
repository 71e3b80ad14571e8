using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Counting;

namespace MiniFirewall.Engine.Commit;

/// <summary>A rule set as the compiler has left it: what a generation of the same rules is loaded of where nothing else has changed.</summary>
/// <param name="Facts">What it was compiled for, beside the rules (<see cref="FormFacts"/>).</param>
/// <param name="Order">Which places have the counters (<see cref="CountedPlaces.OrderOf"/>).</param>
/// <param name="Plan">Where the counters are: the programs count there.</param>
/// <param name="Families">In the order of <see cref="DispatcherCompiler.Families"/>.</param>
internal sealed record CompiledForm(string Facts, ulong Order, SlotPlan Plan, ImmutableArray<FamilyPrograms> Families);
