using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.BpfCalls;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>One generation, found again from its pins.</summary>
internal sealed class GenerationState : IDisposable
{
    private const int InstructionSize = 8;

    private GenerationState(ulong number, DirectoryHandle directory, StoredRules stored, CounterMaps counters, SetState? sets)
    {
        Number = number;
        Directory = directory;
        Stored = stored;
        Counters = counters;
        Sets = sets;
        Rules = new(() => RuleSetText.Read(stored, sets?.Named ?? []));
        Places = new(() => CountedPlaces.Of(Rules.Value));
    }

    internal ulong Number { get; }

    internal DirectoryHandle Directory { get; }

    internal StoredRules Stored { get; }

    internal CounterMaps Counters { get; }

    /// <summary>The sets; null where the rules have none.</summary>
    internal SetState? Sets { get; }

    /// <summary>Sets read their elements while this object is open, when they are first asked for them.</summary>
    internal Lazy<RuleSet> Rules { get; }

    internal Lazy<ImmutableArray<CountedPlace>> Places { get; }

    /// <summary>The rules, with what they have counted up to now.</summary>
    internal LoadedRuleSet Read() =>
        new(Rules.Value, Number, Stored, Places.Value, Counters.Read(Stored.Slots, Stored.Kept), ReadPrograms());

    /// <summary>Sets counters to zero and returns what <see cref="Read"/> did before.</summary>
    internal LoadedRuleSet ResetCounters(Func<CountedPlace, bool> which)
    {
        LoadedRuleSet before = Read();
        for (int i = 0; i < Places.Value.Length; i++)
        {
            if (which(Places.Value[i]))
            {
                Counters.Set(Stored.Slots[i], Stored.Kept[i], default);
            }
        }

        return before;
    }

    /// <summary>Opens a generation; null where it is not there, or not any more.</summary>
    internal static GenerationState? TryOpen(DirectoryHandle parent, ulong number)
    {
        DirectoryHandle? directory = parent.TryOpenDirectory(PinNames.Generation(number));
        if (directory is null)
        {
            return null;
        }

        try
        {
            using BpfMap? text = BpfMap.TryOpen(directory.PathOf(PinNames.Text));
            CounterMaps? counters = text is null ? null : TryOpenCounters(directory);
            if (counters is not null)
            {
                return new(number, directory, StoredRules.Decode(ReadText(text!)), counters, SetState.TryOpen(directory));
            }
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        directory.Dispose();
        return null;
    }

    public void Dispose()
    {
        Sets?.Dispose();
        Counters.Dispose();
        Directory.Dispose();
    }

    internal BpfProgram? TryOpenProgram(HookPoint point) => BpfProgram.TryOpen(Directory.PathOf(PinNames.Program(point)));

    internal ImmutableArray<LoadedProgram> ReadPrograms()
    {
        var programs = ImmutableArray.CreateBuilder<LoadedProgram>();
        foreach (HookPoint point in HookPoint.All)
        {
            using BpfProgram? program = TryOpenProgram(point);
            if (program is not null)
            {
                BpfProgramInfo info = program.Info();
                programs.Add(new(point, info.Id, (int)info.TranslatedLength / InstructionSize, (int)info.JitedLength));
            }
        }

        return programs.DrainToImmutable();
    }

    private static byte[] ReadText(BpfMap map)
    {
        var value = new byte[map.ValueSize];
        map.TryLookup(new byte[map.KeySize], value);
        return value;
    }

    private static CounterMaps? TryOpenCounters(DirectoryHandle directory)
    {
        BpfMap? counters = BpfMap.TryOpen(directory.PathOf(PinNames.Counters));
        BpfMap? offsets = BpfMap.TryOpen(directory.PathOf(PinNames.Base));
        if (counters is not null && offsets is not null)
        {
            return new(counters, BpfMap.TryOpen(directory.PathOf(PinNames.Carried)), offsets);
        }

        counters?.Dispose();
        offsets?.Dispose();
        return null;
    }
}
