using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>One family's maps and programs in the kernel; each program is loaded when it is first asked for.</summary>
/// <param name="shared">The maps that are not of the family's own.</param>
internal sealed class LoadedFamily(CompiledFamily compiled, IReadOnlyDictionary<string, BpfMap> shared) : IDisposable
{
    private const uint Mapable = 0x400;
    private readonly Dictionary<Hook, BpfProgram> _programs = [];
    private readonly Dictionary<string, BpfMap> _maps = compiled.Maps.ToDictionary(map => map.Spec.Name, Create);

    internal CompiledFamily Compiled => compiled;

    internal BpfProgram Of(Hook hook)
    {
        if (!_programs.TryGetValue(hook, out BpfProgram? program))
        {
            var maps = new Dictionary<string, BpfMap>(shared.Concat(_maps));
            program = BpfProgram.Load(compiled.Programs[hook], KernelBtf.Types, maps);
            _programs.Add(hook, program);
        }

        return program;
    }

    /// <summary>A map of the family's own.</summary>
    internal BpfMap MapOf(string name) => _maps[name];

    public void Dispose()
    {
        foreach (IDisposable held in _programs.Values.Concat<IDisposable>(_maps.Values))
        {
            held.Dispose();
        }
    }

    private static BpfMap Create(FilledMap filled)
    {
        BpfMap map = BpfMap.Create(filled.Spec);
        if ((filled.Spec.Flags & Mapable) != 0)
        {
            using MappedMemory values = map.MapValues();
            filled.Content.CopyTo(values.GetSpan());
        }
        else
        {
            byte[] values = new byte[filled.Spec.ValueSize * filled.Spec.MaxEntries];
            filled.Content.CopyTo(values, 0);
            map.UpdateAll(Keys(filled.Spec), values);
        }

        return map;
    }

    private static byte[] Keys(MapSpec spec) => [.. Enumerable.Range(0, spec.MaxEntries).SelectMany(BitConverter.GetBytes)];
}
