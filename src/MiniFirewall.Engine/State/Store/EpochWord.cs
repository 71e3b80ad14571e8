using System.Runtime.InteropServices;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// The word that says which of a generation's rules are in force: those that begin at it or before and end after it. It is 1
/// when the generation is made; one aligned write of eight bytes puts a change in force. In a map of its own, mapped into memory.
/// </summary>
internal sealed class EpochWord(Memory<byte> word)
{
    /// <summary>The epoch that a generation begins with.</summary>
    internal const uint First = 1;

    /// <summary>Bytes of the map's one value; the word stands at its start.</summary>
    internal const int Size = 64;

    /// <summary>The policies that have changed since the generation was made: a byte each (<see cref="WellKnownMaps.EpochPolicies"/>).</summary>
    internal ulong ChangedPolicies => Volatile.Read(in MemoryMarshal.AsRef<ulong>(word.Span[WellKnownMaps.EpochPolicies..]));

    /// <summary>Puts the other policy of a hook and family in force: one aligned write of eight bytes.</summary>
    internal void ChangePolicy(Hook hook, Family family) => Volatile.Write(
        ref MemoryMarshal.AsRef<ulong>(word.Span[WellKnownMaps.EpochPolicies..]),
        ChangedPolicies ^ ((ulong)WellKnownMaps.OtherPolicy << (8 * WellKnownMaps.PolicyPlace(hook, family))));

    /// <summary>An epoch and changed policies that are in force together.</summary>
    internal (uint Epoch, ulong ChangedPolicies) Moment()
    {
        while (true)
        {
            uint epoch = Value;
            ulong policies = ChangedPolicies;
            if (Value == epoch)
            {
                return (epoch, policies);
            }
        }
    }

    internal uint Value
    {
        get => (uint)Volatile.Read(in MemoryMarshal.AsRef<ulong>(word.Span));
        set => Volatile.Write(ref MemoryMarshal.AsRef<ulong>(word.Span), value);
    }
}
