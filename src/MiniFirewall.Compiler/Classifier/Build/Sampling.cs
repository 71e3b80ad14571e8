using System.Numerics;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Packets that entries would match, spread evenly over the entries; the same for the same entries.</summary>
internal sealed class Sampling
{
    private ulong _state = 0x9E3779B97F4A7C15;

    internal Sampling(EntryForm[] entries, int width, int most)
    {
        int count = Math.Min(entries.Length, most);
        Packets = new SampledPacket[count];
        for (int i = 0; i < count; i++)
        {
            ref readonly EntryForm entry = ref entries[entries.Length <= most ? i : Next(entries.Length)];
            Packets[i] = new(
                AddressBits.Of(entry.Source | Free(entry.SourceLength, width), width),
                AddressBits.Of(entry.Destination | Free(entry.DestinationLength, width), width),
                (ushort)(entry.SourcePort + Next(entry.SourceWidth + 1)), (ushort)(entry.DestinationPort + Next(entry.DestinationWidth + 1)),
                entry.HasProtocol ? entry.Protocol : (byte)Next(256), entry.Chain);
        }
    }

    internal SampledPacket[] Packets { get; }

    /// <summary>0 to range - 1.</summary>
    internal int Next(int range)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (int)((UInt128)_state * (uint)range >> 64);
    }

    private UInt128 Free(int length, int width)
    {
        if (length == width)
        {
            return 0;
        }

        Next(2);
        UInt128 random = ((UInt128)_state << 64) | (_state * 0xD6E8FEB86659FD93);
        return width == 128 ? random >> length : (uint)(_state >> 32) >> length;
    }
}

/// <summary>An address as two words, the prefix's first bit the first word's highest, whatever the family.</summary>
internal readonly record struct AddressBits(ulong High, ulong Low)
{
    internal static AddressBits Of(UInt128 address, int width) =>
        width == 128 ? new((ulong)(address >> 64), (ulong)address) : new((ulong)address << 32, 0);

    /// <summary>Leading bits that two addresses have in common; 128 where they are equal.</summary>
    internal int Common(AddressBits other)
    {
        ulong difference = High ^ other.High;
        return difference != 0 ? BitOperations.LeadingZeroCount(difference) : 64 + BitOperations.LeadingZeroCount(Low ^ other.Low);
    }
}

/// <summary>A sampled packet's fields.</summary>
internal readonly record struct SampledPacket(
    AddressBits Source, AddressBits Destination, ushort SourcePort, ushort DestinationPort, byte Protocol, int Chain);
