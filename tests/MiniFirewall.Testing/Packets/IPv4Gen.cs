using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>IPv4 packets.</summary>
internal static class IPv4Gen
{
    private static readonly Gen<FragmentKind> Whole = Gen.Const(new FragmentKind(false, 0, false));

    internal static Gen<byte[]> For(EdgeValues values)
    {
        bool realizable = values.Options.Realizable;

        // The kernel puts fragments together before LOCAL_IN.
        Gen<FragmentKind> fragments = realizable && values.Hook == Hook.LocalIn ? Whole : FragmentKind.Gen;
        return Gen.Select(Header(values), fragments, TransportGen.For(values), values.Length, Damage.Gen(realizable), Make(values));
    }

    private static Func<IPv4Header, FragmentKind, Transport, int, Damage, byte[]> Make(EdgeValues values) =>
        (header, fragment, transport, length, damage) =>
        {
            IPv4Header fragmented = header with
            {
                FragmentOffset = fragment.Offset,
                MoreFragments = fragment.More,
                DontFragment = header.DontFragment && !fragment.IsFragment,
            };
            byte[] bytes = Sizing.Make(fragmented.Carry, fragment.Part(transport), length);
            int keep = values.Options.Realizable ? (bytes[0] & 0x0f) * 4 : 20;
            return damage.Apply(Family.IPv4, bytes, keep);
        };

    private static Gen<IPv4Header> Header(EdgeValues values)
    {
        Gen<byte?> words = values.Options.Realizable
            ? Gen.Const((byte?)null)
            : Gen.Frequency((12, Gen.Const((byte?)null)), (1, Gen.Int[0, 15].Select(n => (byte?)n)));
        return Gen.Select(values.Address, values.Address, values.HopLimit, Options(values), Gen.Select(Gen.Bool, Gen.Byte, Gen.UShort), words, (source, destination, ttl, options, other, headerWords) =>
            new IPv4Header((uint)source, (uint)destination)
            {
                Ttl = ttl,
                Options = options,
                DontFragment = other.Item1,
                TypeOfService = other.Item2,
                Identification = other.Item3,
                HeaderWords = headerWords,
            });
    }

    /// <summary>Up to 40 bytes; on a wire only no-operation and end of options, since the kernel drops or changes the rest.</summary>
    private static Gen<ImmutableArray<byte>> Options(EdgeValues values)
    {
        Gen<byte[]> noOperations = Gen.Int[1, 40].Select(n => Enumerable.Repeat((byte)1, n).ToArray());
        Gen<byte[]> some = values.Options.Realizable ? noOperations : Gen.Frequency((1, noOperations), (1, Gen.Byte.Array[1, 40]));
        return Gen.Frequency((5, Gen.Const(Array.Empty<byte>())), (1, some)).Select(b => b.ToImmutableArray());
    }
}
