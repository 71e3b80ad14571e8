using System.Collections.Immutable;
using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>
/// What a function with loops says of its stack, so that a callback can go round in its place (<see cref="CalledLoops"/>). Offsets are bytes
/// from the frame pointer.
/// </summary>
/// <param name="Base">The register that holds the frame pointer plus <paramref name="BaseOffset"/> throughout the loops.</param>
/// <param name="Number">A byte that is free: where the loops are.</param>
/// <param name="Slots">
/// For each register that lives from turn to turn, or that the loops end with, four bytes that are free: more than 32 bits of it
/// are never used. All other state is on the stack, written before the first loop.
/// </param>
internal sealed record TurnPlan(Register Base, int BaseOffset, int Number, ImmutableDictionary<Register, int> Slots);
