using MiniFirewall.Packets;

namespace MiniFirewall.Bpf;

/// <summary>Where the module minifw has a program. Priorities: lower ones run first.</summary>
public readonly record struct ModulePlace(Family Family, Hook Hook, int Priority);

/// <summary>A program to put on a hook.</summary>
/// <param name="Defragment">The kernel puts fragments together before the family's hooks for as long as it is there.</param>
public sealed record ModuleHook(ModulePlace Place, BpfProgram Program, bool Defragment = false);

/// <summary>A program that the module has on a hook.</summary>
/// <param name="ProgramId">The kernel's number for it.</param>
/// <param name="Accepted">Packets since it was attached.</param>
/// <param name="Dropped">The same; answered or not.</param>
/// <param name="Answered">Packets whose sender was told.</param>
public sealed record AttachedHook(
    ModulePlace Place, uint ProgramId, string ProgramName, bool Defragments, ulong Accepted, ulong Dropped, ulong Answered);
