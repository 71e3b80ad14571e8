using MiniFirewall.Netlink;
using MiniFirewall.Packets;

namespace MiniFirewall.Bpf;

/// <summary>
/// The kernel module minifw, in the network namespace of the thread that opens it: programs of type NETFILTER or
/// LWT_OUT on Netfilter's hooks (kernel/minifw/uapi/minifw.h). They stay there without any process. CAP_NET_ADMIN.
/// </summary>
public sealed class HookModule : IDisposable
{
    private const string Name = "minifw";
    private const byte Version = 1, AttachCommand = 1, DetachCommand = 2, GetCommand = 3;
    private const ushort Hooks = 1, OneHook = 2, Element = 1;
    private const ushort FamilyOf = 1, HookOf = 2, PriorityOf = 3, FlagsOf = 4, DescriptorOf = 5, IdOf = 6, AcceptedOf = 7, DroppedOf = 8, AnsweredOf = 9, NameOf = 11;
    private const int DefragmentFlag = 1, HeaderBytes = 64, HookBytes = 64;

    private readonly GenericFamily _family;

    private HookModule(GenericFamily family) => _family = family;

    /// <summary>Whether the module is loaded.</summary>
    public static bool IsLoaded => Directory.Exists("/sys/module/minifw");

    /// <summary>Opens the module; null where it is not loaded.</summary>
    public static HookModule? TryOpen() => GenericFamily.TryOpen(Name) is { } family ? new(family) : null;

    /// <summary>Puts programs on hooks, all or none.</summary>
    /// <exception cref="MiniFirewall.Sys.SystemCallException">A place has a program already, or the module refuses it for what it says.</exception>
    public void Attach(params IReadOnlyList<ModuleHook> hooks)
    {
        ArgumentNullException.ThrowIfNull(hooks);
        MessageWriter message = _family.Begin(new byte[HeaderBytes + (HookBytes * hooks.Count)], AttachCommand, Version, MessageWriter.Acknowledge);
        int array = message.BeginNested(Hooks);
        foreach (ModuleHook hook in hooks)
        {
            Put(ref message, hook);
        }

        message.EndNested(array);
        _family.Ask(message.Finish());
        GC.KeepAlive(hooks);
    }

    /// <summary>Takes programs off hooks, all or none. On return no packet is in them.</summary>
    public void Detach(params IReadOnlyList<ModulePlace> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        MessageWriter message = _family.Begin(new byte[HeaderBytes + (HookBytes * places.Count)], DetachCommand, Version, MessageWriter.Acknowledge);
        int array = message.BeginNested(Hooks);
        foreach (ModulePlace place in places)
        {
            int one = message.BeginNested(Element);
            Put(ref message, place);
            message.EndNested(one);
        }

        message.EndNested(array);
        _family.Ask(message.Finish());
    }

    public IReadOnlyList<AttachedHook> List()
    {
        var hooks = new List<AttachedHook>();
        _family.List(_family.Begin(new byte[HeaderBytes], GetCommand, Version, MessageWriter.Dump).Finish(), attributes =>
        {
            while (attributes.Next())
            {
                if (attributes.Type == OneHook)
                {
                    hooks.Add(Read(attributes.Nested));
                }
            }
        });
        return hooks;
    }

    public void Dispose() => _family.Dispose();

    private static void Put(ref MessageWriter message, ModuleHook hook)
    {
        int one = message.BeginNested(Element);
        Put(ref message, hook.Place);
        message.Attribute(DescriptorOf, (uint)hook.Program.Descriptor.Number);
        if (hook.Defragment)
        {
            message.Attribute(FlagsOf, (uint)DefragmentFlag);
        }

        message.EndNested(one);
    }

    private static void Put(ref MessageWriter message, ModulePlace place)
    {
        message.Attribute(FamilyOf, (byte)place.Family);
        message.Attribute(HookOf, (byte)place.Hook);
        message.Attribute(PriorityOf, (uint)place.Priority);
    }

    private static AttachedHook Read(AttributeReader attributes)
    {
        byte family = 0, hook = 0;
        int priority = 0;
        var read = new AttachedHook(default, 0, "", false, 0, 0, 0);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case FamilyOf: family = attributes.Value[0]; break;
                case HookOf: hook = attributes.Value[0]; break;
                case PriorityOf: priority = (int)attributes.Number; break;
                case IdOf: read = read with { ProgramId = attributes.Number }; break;
                case NameOf: read = read with { ProgramName = attributes.Text }; break;
                case FlagsOf: read = read with { Defragments = (attributes.Number & DefragmentFlag) != 0 }; break;
                case AcceptedOf: read = read with { Accepted = attributes.LongNumber }; break;
                case DroppedOf: read = read with { Dropped = attributes.LongNumber }; break;
                case AnsweredOf: read = read with { Answered = attributes.LongNumber }; break;
            }
        }

        return read with { Place = new((Family)family, (Hook)hook, priority) };
    }
}
