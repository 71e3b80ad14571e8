using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// An interface of the namespace whose thread makes it. What is written comes in by it, and has met every hook on its way
/// when the call returns. What leaves by it is thrown away. Each packet's bytes after a chosen place lie in page fragments.
/// </summary>
internal sealed unsafe class Tap : IDisposable
{
    internal const int EthernetLength = 14;
    private const nuint TunSetInterface = 0x400454ca, GetHardwareAddress = 0x8927, EthernetTool = 0x8946;
    private const short IsTap = 2, HasNoPacketInfo = 0x1000, UsesNapi = 0x10, UsesNapiFragments = 0x20;
    private const uint SetReceiveOffload = 0x2c;

    // MAX_SKB_FRAGS; a fragment holds at most a page (drivers/net/tun.c tun_napi_alloc_frags).
    private const int MostPieces = 17;

    private readonly FileDescriptor _device;
    private readonly byte[] _hardwareAddress = new byte[6];
    private readonly byte[] _frame = new byte[EthernetLength + 65536];

    internal Tap(string name)
    {
        Name = name;
        _device = LibC.Open("/dev/net/tun", 2);
        Span<byte> request = Request(name);
        BitConverter.TryWriteBytes(request[16..], (short)(IsTap | HasNoPacketInfo | UsesNapi | UsesNapiFragments));
        fixed (byte* argument = request)
        {
            LibC.Ioctl(_device, TunSetInterface, argument, "TUNSETIFF " + name);
        }

        using FileDescriptor control = LibC.NewSocket(LibC.AfInet, LibC.SockDgram, 0);
        TurnOffReceiveOffload(control);
        ReadHardwareAddress(control);
        Index = LibC.InterfaceIndex(name);
    }

    internal string Name { get; }

    internal uint Index { get; }

    /// <summary>Lets a packet come in, its bytes placed as asked.</summary>
    /// <param name="isBroadcast">The frame is for every machine, not for this one alone.</param>
    internal void Write(Family family, ReadOnlySpan<byte> packet, Placement placement, bool isBroadcast = false)
    {
        _hardwareAddress.CopyTo(_frame, 0);
        if (isBroadcast)
        {
            _frame.AsSpan(0, 6).Fill(0xff);
        }

        _frame[12] = family == Family.IPv4 ? (byte)0x08 : (byte)0x86;
        _frame[13] = family == Family.IPv4 ? (byte)0x00 : (byte)0xdd;
        packet.CopyTo(_frame.AsSpan(EthernetLength));
        int first = EthernetLength + Math.Min(placement.Linear, packet.Length);
        int piece = Math.Max(placement.Piece, packet.Length / MostPieces + 1);
        LibC.WriteInParts(_device, _frame.AsSpan(0, EthernetLength + packet.Length), first, piece);
    }

    /// <summary>The next frame that leaves by it, waited for; null where none came.</summary>
    internal byte[]? TryRead(TimeSpan timeout)
    {
        byte[] frame = new byte[EthernetLength + 65536];
        return Polling.WaitReadable(_device, timeout) ? frame[..LibC.Read(_device, frame)] : null;
    }

    public void Dispose() => _device.Dispose();

    private static byte[] Request(string name)
    {
        byte[] request = new byte[40];
        Encoding.ASCII.GetBytes(name, request);
        return request;
    }

    // Generic receive offload would pull transport headers into the linear part before the hooks see the packet.
    private void TurnOffReceiveOffload(FileDescriptor control)
    {
        Span<byte> request = Request(Name);
        uint* command = stackalloc uint[2] { SetReceiveOffload, 0 };
        BitConverter.TryWriteBytes(request[16..], (long)command);
        fixed (byte* argument = request)
        {
            LibC.Ioctl(control, EthernetTool, argument, "SIOCETHTOOL " + Name);
        }
    }

    private void ReadHardwareAddress(FileDescriptor control)
    {
        Span<byte> request = Request(Name);
        fixed (byte* argument = request)
        {
            LibC.Ioctl(control, GetHardwareAddress, argument, "SIOCGIFHWADDR " + Name);
        }

        request.Slice(18, 6).CopyTo(_hardwareAddress);
    }
}
