using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Names.Passing;

/// <summary>
/// A program of <see cref="AnswerTap"/> on its hook until it is disposed: by a BPF link where the kernel has them, else by the module. What
/// the module has outlives a process that is killed; the next one on this hook takes it away.
/// </summary>
internal sealed class TapHook : IDisposable
{
    /// <summary>The programs' name, by which the next one knows what is left behind.</summary>
    internal const string ProgramName = "minifw_tap";

    /// <summary>Behind the firewall's rules, whose priorities are 0 to 9: what they drop teaches nothing.</summary>
    private const int FirstPriority = 10, LastPriority = 99;

    private const int Busy = 16, Exists = 17;

    private readonly BpfLink? _link;
    private readonly ModulePlace _place;

    private TapHook(BpfLink? link, ModulePlace place) => (_link, _place) = (link, place);

    /// <summary>Attaches to a hook of the calling thread's namespace.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it, or no priority is free.</exception>
    /// <exception cref="FirewallException">The kernel has no links, and the module is not loaded.</exception>
    internal static TapHook Attach(BpfProgram program, Family family, Hook hook)
    {
        if (ProviderChoice.KernelHasLinks)
        {
            return new(AtFreePriority(priority => BpfLink.AttachNetfilter(program, family, hook, priority)), default);
        }

        using HookModule module = HookModule.TryOpen()
            ?? throw new FirewallException(FirewallFailure.Unsupported, "this kernel has no BPF links on Netfilter's hooks, and the kernel module minifw is not loaded");
        foreach (AttachedHook left in module.List().Where(left => left.ProgramName == ProgramName && left.Place.Family == family && left.Place.Hook == hook))
        {
            module.Detach(left.Place);
        }

        return new(null, AtFreePriority(priority =>
        {
            var place = new ModulePlace(family, hook, priority);
            module.Attach(new ModuleHook(place, program));
            return place;
        }));
    }

    public void Dispose()
    {
        if (_link is not null)
        {
            _link.Dispose();
            return;
        }

        using HookModule? module = HookModule.TryOpen();
        try
        {
            module?.Detach(_place);
        }
        catch (SystemCallException)
        {
            // Somebody was quicker: it is off the hook.
        }
    }

    private static T AtFreePriority<T>(Func<int, T> attach)
    {
        for (int priority = FirstPriority; ; priority++)
        {
            try
            {
                return attach(priority);
            }
            catch (SystemCallException taken) when (taken.Errno is Busy or Exists && priority < LastPriority)
            {
                // Somebody is there; the next one is as good.
            }
        }
    }
}
