using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;

namespace MiniFirewall.Engine.Changes;

/// <summary>The programs of <see cref="ChangePrograms"/> that some needs take, in the kernel. Rules hold their programs themselves once they are made.</summary>
internal sealed class LoadedChangePrograms : IDisposable
{
    private readonly Dictionary<string, BpfMap> _maps;
    private readonly List<BpfProgram> _loaded = [];

    /// <exception cref="VerifierException">The verifier refuses one.</exception>
    /// <exception cref="MissingFeatureException">The kernel is older than 6.2, or tells nothing of its types.</exception>
    internal LoadedChangePrograms(ChangeNeeds needs, BpfMap changes)
    {
        _maps = new() { [WellKnownMaps.Changes] = changes };
        try
        {
            HasNone = Load(ChangePrograms.HasNone());
            Release = Load(ChangePrograms.Release());
            if (needs.Marks)
            {
                WantsMark = Load(ChangePrograms.WantsMark());
                MarkBytes = [.. Enumerable.Range(0, ChangePrograms.MarkBytes).Select(index => Load(ChangePrograms.MarkByte(index)))];
                MarkBits = [.. Enumerable.Range(0, ChangePrograms.MarkBytes * ChangePrograms.BitsOfByte).Select(bit => Load(ChangePrograms.MarkBit(bit)))];
            }

            Priorities = [.. needs.Priorities.Select(priority => (priority, Load(ChangePrograms.PriorityIs(priority))))];
            SegmentSizes = [.. needs.SegmentSizes.Select(size => (size, Load(ChangePrograms.SegmentSizeIs(size))))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal BpfProgram HasNone { get; }

    internal BpfProgram Release { get; }

    /// <summary>Null where no marks are needed.</summary>
    internal BpfProgram? WantsMark { get; }

    /// <summary>By a byte's number in the mark; empty where no marks are needed.</summary>
    internal IReadOnlyList<BpfProgram> MarkBytes { get; } = [];

    /// <summary>By a bit's number in the mark; empty where no marks are needed.</summary>
    internal IReadOnlyList<BpfProgram> MarkBits { get; } = [];

    internal IReadOnlyList<(uint Priority, BpfProgram Program)> Priorities { get; }

    internal IReadOnlyList<(ushort Size, BpfProgram Program)> SegmentSizes { get; }

    public void Dispose() => _loaded.ForEach(program => program.Dispose());

    private BpfProgram Load(ProgramSpec spec)
    {
        BpfProgram program = BpfProgram.Load(spec, KernelBtf.Types, _maps);
        _loaded.Add(program);
        return program;
    }
}
