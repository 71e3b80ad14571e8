using System.Buffers.Binary;
using MiniFirewall.Netlink;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>A program that packets of an interface meet before or behind Netfilter.</summary>
/// <param name="Device">The interface.</param>
/// <param name="Place">"xdp", "tc ingress" or "tc egress".</param>
public sealed record InterfaceProgram(string Device, string Place, string Name, uint? ProgramId);

/// <summary>XDP and TC programs of the calling thread's network namespace (rtnetlink, and BPF_PROG_QUERY for tcx).</summary>
internal static class InterfacePrograms
{
    // include/uapi/linux/rtnetlink.h, if_link.h, pkt_sched.h, pkt_cls.h, bpf.h
    private const ushort GetLink = 18, GetFilter = 46, LinkName = 3, LinkXdp = 43, XdpProgramId = 4;
    private const ushort FilterKind = 1, FilterOptions = 2, BpfName = 7, BpfId = 11;
    private const uint ClsactIngress = 0xfffffff2, ClsactEgress = 0xfffffff3, TcxIngress = 46, TcxEgress = 47;
    private const int InterfaceHeader = 16, FilterHeader = 20;

    internal static List<InterfaceProgram> Read()
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Route);
        var found = new List<InterfaceProgram>();
        var devices = new List<(uint Index, string Name)>();
        Span<byte> buffer = stackalloc byte[64];
        var message = new MessageWriter(buffer, GetLink, MessageWriter.Request | MessageWriter.Dump);
        message.Bytes(new byte[InterfaceHeader]);
        NetlinkDump.Run(socket, message.Finish(), "interfaces", (_, payload) => ReadLink(payload, devices, found));
        foreach ((uint index, string name) in devices)
        {
            ReadPlace(socket, index, name, "tc ingress", ClsactIngress, TcxIngress, found);
            ReadPlace(socket, index, name, "tc egress", ClsactEgress, TcxEgress, found);
        }

        return found;
    }

    private static void ReadLink(ReadOnlySpan<byte> payload, List<(uint Index, string Name)> devices, List<InterfaceProgram> found)
    {
        if (payload.Length < InterfaceHeader)
        {
            return;
        }

        uint index = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]), program = 0;
        string name = "";
        var attributes = new AttributeReader(payload[InterfaceHeader..]);
        while (attributes.Next())
        {
            if (attributes.Type == LinkName)
            {
                name = attributes.Text;
            }
            else if (attributes.Type == LinkXdp)
            {
                AttributeReader xdp = attributes.Nested;
                while (xdp.Next())
                {
                    program = xdp.Type == XdpProgramId ? xdp.Number : program;
                }
            }
        }

        devices.Add((index, name));
        if (program != 0)
        {
            found.Add(new(name, "xdp", BpfLinks.NameOf(program), program));
        }
    }

    private static void ReadPlace(NetlinkSocket socket, uint index, string device, string place, uint parent, uint attachType, List<InterfaceProgram> found)
    {
        foreach (uint id in BpfProgramCalls.AttachedTo(index, attachType))
        {
            found.Add(new(device, place, BpfLinks.NameOf(id), id));
        }

        // struct tcmsg: family, padding, ifindex, handle, parent, info.
        Span<byte> header = stackalloc byte[FilterHeader], buffer = stackalloc byte[64];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], parent);
        var message = new MessageWriter(buffer, GetFilter, MessageWriter.Request | MessageWriter.Dump);
        message.Bytes(header);
        try
        {
            NetlinkDump.Run(socket, message.Finish(), $"TC filters of {device}", (_, payload) => ReadFilter(payload, device, place, found));
        }
        catch (SystemCallException refusal) when (refusal.Errno is 2 or 22 or 95)
        {
            // The interface has no such place, or the kernel no TC.
        }
    }

    /// <summary>A kind of filter is told once for the kind, and then with options for each filter.</summary>
    private static void ReadFilter(ReadOnlySpan<byte> payload, string device, string place, List<InterfaceProgram> found)
    {
        if (payload.Length < FilterHeader)
        {
            return;
        }

        string kind = "", name = "";
        uint? program = null;
        bool hasOptions = false;
        var attributes = new AttributeReader(payload[FilterHeader..]);
        while (attributes.Next())
        {
            if (attributes.Type == FilterKind)
            {
                kind = attributes.Text;
            }
            else if (attributes.Type == FilterOptions)
            {
                hasOptions = attributes.Value.Length > 0;
                AttributeReader options = attributes.Nested;
                while (options.Next())
                {
                    name = options.Type == BpfName ? options.Text : name;
                    program = options.Type == BpfId ? options.Number : program;
                }
            }
        }

        if (kind == "bpf" ? program is not null : hasOptions)
        {
            found.Add(new(device, place, kind == "bpf" ? name : $"{kind} filter", kind == "bpf" ? program : null));
        }
    }
}
