using System.Net;
using MiniFirewall.Bench.ClassBench;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Classify;

/// <summary>How a set's IPv4 addresses are written as rules and headers of a family; prefixes contain each other as before.</summary>
internal abstract class AddressForm
{
    internal static AddressForm IPv4 { get; } = new Plain();

    /// <summary>One provider's network: 2001:db8::/32, then the 32 bits; /n becomes /(32+n), a host's /32 a /128.</summary>
    internal static AddressForm Site { get; } = new OneSite();

    /// <summary>The whole Internet: behind every bit another one that depends on those before it; /n becomes /2n, a host's /32 a /128.</summary>
    internal static AddressForm Spread { get; } = new Interleaved();

    internal abstract string Name { get; }

    internal abstract Family Family { get; }

    internal abstract UInt128 Address(uint address);

    internal abstract string Text(Prefix prefix);

    /// <summary>ICMP becomes ICMPv6.</summary>
    internal virtual byte Protocol(byte protocol) => protocol == 1 ? (byte)58 : protocol;

    private sealed class Plain : AddressForm
    {
        internal override string Name => "IPv4";

        internal override Family Family => Family.IPv4;

        internal override UInt128 Address(uint address) => address;

        internal override string Text(Prefix prefix) => $"{RuleLists.Dotted(prefix.Address)}/{prefix.Length}";

        internal override byte Protocol(byte protocol) => protocol;
    }

    private abstract class Sixth : AddressForm
    {
        internal override Family Family => Family.IPv6;

        internal override UInt128 Address(uint address) => ((UInt128)Network(address) << 64) | InterfaceOf(address);

        internal override string Text(Prefix prefix)
        {
            int length = prefix.Length == 32 ? 128 : LengthOf(prefix.Length);
            UInt128 mask = length == 0 ? 0 : UInt128.MaxValue << (128 - length);
            var bytes = new byte[16];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Address(prefix.Address) & mask);
            return $"{new IPAddress(bytes)}/{length}";
        }

        /// <summary>The upper half; its first LengthOf(n) bits depend on the first n bits of the IPv4 address only.</summary>
        protected abstract ulong Network(uint address);

        protected abstract int LengthOf(int length);

        protected static ulong Mix(ulong value)
        {
            value = (value ^ (value >> 31)) * 0x9e3779b97f4a7c15;
            value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9;
            return value ^ (value >> 32);
        }

        /// <summary>A host's own half: always the same for one address.</summary>
        private static ulong InterfaceOf(uint address) => Mix(address + 1UL);
    }

    private sealed class OneSite : Sixth
    {
        internal override string Name => "IPv6 one site";

        protected override ulong Network(uint address) => 0x20010db800000000UL | address;

        protected override int LengthOf(int length) => length == 0 ? 0 : 32 + length;
    }

    private sealed class Interleaved : Sixth
    {
        internal override string Name => "IPv6 spread";

        protected override ulong Network(uint address)
        {
            ulong result = 0;
            for (int bit = 31; bit >= 0; bit--)
            {
                uint upTo = address >> bit;
                result = (result << 2) | ((upTo & 1UL) << 1) | (Mix(((ulong)bit << 40) | upTo) & 1);
            }

            return result;
        }

        protected override int LengthOf(int length) => 2 * length;
    }
}
