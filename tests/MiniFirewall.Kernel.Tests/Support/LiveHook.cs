using MiniFirewall.Bpf;
using MiniFirewall.Engine;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>A program on a hook, by either provider, until it is disposed.</summary>
internal sealed class LiveHook : IDisposable
{
    private readonly BpfLink? _link;
    private readonly NetworkNamespace _network;
    private readonly ModulePlace _place;

    internal LiveHook(HookProvider provider, NetworkNamespace network, BpfProgram program, Family family, Hook hook, int priority)
    {
        _network = network;
        _place = new(family, hook, priority);
        if (provider == HookProvider.Bpf)
        {
            _link = network.Run(() => BpfLink.AttachNetfilter(program, family, hook, priority));
        }
        else
        {
            network.Run(() => WithModule(module => module.Attach(new ModuleHook(_place, program))));
        }
    }

    /// <summary>A closed link leaves its hook a moment later, a detached one at once.</summary>
    public void Dispose()
    {
        if (_link is null)
        {
            _network.Run(() => WithModule(module => module.Detach(_place)));
            return;
        }

        _link.Detach();
        _link.Dispose();
    }

    private static bool WithModule(Action<HookModule> work)
    {
        using HookModule module = HookModule.TryOpen() ?? throw new InvalidOperationException("the module minifw is not loaded");
        work(module);
        return true;
    }
}
