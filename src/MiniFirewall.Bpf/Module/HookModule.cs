using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Bpf;

/// <summary>
/// The kernel module minifw, in the network namespace of the thread that opens it: programs of type LWT_OUT on Netfilter's hooks
/// (kernel/minifw/uapi/minifw.h). They stay there without any process. CAP_NET_ADMIN.
/// </summary>
public sealed class HookModule : IDisposable
{
    private const string Name = "minifw";
    private const byte Version = 1, AttachCommand = 1, DetachCommand = 2, GetCommand = 3;
    private const ushort Hooks = 1, OneHook = 2, Element = 1;
    private const ushort FamilyOf = 1, HookOf = 2, PriorityOf = 3, FlagsOf = 4, DescriptorOf = 5, IdOf = 6, AcceptedOf = 7, DroppedOf = 8, AnsweredOf = 9, NameOf = 11;
    private const int DefragmentFlag = 1;

    private readonly GenericNetlink _netlink;

    private HookModule(GenericNetlink netlink) => _netlink = netlink;

    /// <summary>Whether the module is loaded.</summary>
    public static bool IsLoaded => Directory.Exists("/sys/module/minifw");

    /// <summary>Opens the module; null where it is not loaded.</summary>
    public static HookModule? TryOpen() => GenericNetlink.TryOpen(Name) is { } netlink ? new(netlink) : null;

    /// <summary>Puts programs on hooks, all or none.</summary>
    /// <exception cref="MiniFirewall.Sys.SystemCallException">A place has a program already, or the module refuses it for what it says.</exception>
    public void Attach(params IReadOnlyList<ModuleHook> hooks)
    {
        _netlink.Ask(New(AttachCommand).Nest(Hooks, array =>
        {
            foreach (ModuleHook hook in hooks)
            {
                array.Nest(Element, one => Put(one, hook));
            }
        }));
        GC.KeepAlive(hooks);
    }

    /// <summary>Takes programs off hooks, all or none. On return no packet is in them.</summary>
    public void Detach(params IReadOnlyList<ModulePlace> places) => _netlink.Ask(New(DetachCommand).Nest(Hooks, array =>
    {
        foreach (ModulePlace place in places)
        {
            array.Nest(Element, one => Put(one, place));
        }
    }));

    public IReadOnlyList<AttachedHook> List()
    {
        var hooks = new List<AttachedHook>();
        _netlink.List(New(GetCommand), attributes => hooks.Add(Read(NetlinkAttributes.Find(attributes, OneHook))));
        return hooks;
    }

    public void Dispose() => _netlink.Dispose();

    private NetlinkMessage New(byte command) => new(_netlink.Family, command, Version);

    private static void Put(NetlinkMessage message, ModuleHook hook)
    {
        Put(message, hook.Place);
        message.Put(DescriptorOf, hook.Program.Descriptor.Number);
        if (hook.Defragment)
        {
            message.Put(FlagsOf, DefragmentFlag);
        }
    }

    private static void Put(NetlinkMessage message, ModulePlace place) =>
        message.Put(FamilyOf, (byte)place.Family).Put(HookOf, (byte)place.Hook).Put(PriorityOf, place.Priority);

    private static AttachedHook Read(ReadOnlySpan<byte> bytes) => new(
        new((Family)NetlinkAttributes.Find(bytes, FamilyOf)[0], (Hook)NetlinkAttributes.Find(bytes, HookOf)[0], Number(bytes, PriorityOf)),
        (uint)Number(bytes, IdOf),
        Encoding.ASCII.GetString(NetlinkAttributes.Find(bytes, NameOf).TrimEnd((byte)0)),
        (Number(bytes, FlagsOf) & DefragmentFlag) != 0,
        Count(bytes, AcceptedOf),
        Count(bytes, DroppedOf),
        Count(bytes, AnsweredOf));

    private static int Number(ReadOnlySpan<byte> bytes, int type) => BinaryPrimitives.ReadInt32LittleEndian(NetlinkAttributes.Find(bytes, type));

    private static ulong Count(ReadOnlySpan<byte> bytes, int type) => BinaryPrimitives.ReadUInt64LittleEndian(NetlinkAttributes.Find(bytes, type));
}
