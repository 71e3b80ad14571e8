using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;
using MiniFirewall.Testing.Change;

namespace MiniFirewall.Kernel.Tests.Change;

/// <summary>Programs of one family in the kernel, whose image is changed while they run.</summary>
internal sealed class EditedPrograms : IDisposable
{
    private const int Counters = 100_000;
    private static readonly CompileOptions s_options = KernelRequirements.Options(PrologueKind.Test, ProviderChoice.Default) with { Context = TestContexts.Usual };
    private static readonly Hook[] s_hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];

    private readonly ProgramMaps _maps = new();
    private readonly MappedMemory _epoch;
    private readonly Dictionary<Hook, BpfProgram> _programs = [];
    private BpfMap? _image;
    private MappedMemory? _memory;

    internal EditedPrograms(RuleSet rules, Family family)
    {
        _maps.Reserve(Counters);
        _epoch = _maps.ByName[WellKnownMaps.Epoch].MapValues();
        Rules = new EditedRules(EditedRules.WithOwnRules(rules), family, s_options, Load);
        SetEpoch(Rules.Epoch);
    }

    internal EditedRules Rules { get; }

    internal BpfProgram Of(Hook hook) => _programs[hook];

    /// <summary>Says what packets of the next runs come with.</summary>
    internal void Describe(Packet packet) => _maps.Describe(packet, forceSlowPath: false);

    /// <summary>What has been added to each counter since the last call.</summary>
    internal Counters[] TakeAdded() => _maps.TakeAdded();

    /// <summary>Puts a staged change in force for packets.</summary>
    internal void Commit(EditedRules.Staged staged)
    {
        Rules.Commit(staged);
        SetEpoch(Rules.Epoch);
    }

    public void Dispose()
    {
        DisposePrograms();
        ((IDisposable)_epoch).Dispose();
        _maps.Dispose();
    }

    private void SetEpoch(uint epoch)
    {
        _epoch.WriteRelease64(0, epoch);
    }

    private Memory<byte> Load(CompiledPrograms compiled)
    {
        DisposePrograms();
        _image = BpfMap.Create(compiled.Maps[0].Spec);
        _memory = _image.MapValues();
        compiled.Maps[0].Content.Span.CopyTo(_memory.GetSpan());
        var maps = new Dictionary<string, BpfMap>(_maps.ByName) { [compiled.Maps[0].Spec.Name] = _image };
        for (int i = 0; i < s_hooks.Length; i++)
        {
            _programs[s_hooks[i]] = BpfProgram.Load(compiled.Specs[i], KernelBtf.Types, maps);
        }

        return _memory.Memory;
    }

    private void DisposePrograms()
    {
        foreach (BpfProgram program in _programs.Values)
        {
            program.Dispose();
        }

        _programs.Clear();
        ((IDisposable?)_memory)?.Dispose();
        _image?.Dispose();
    }
}
