using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Changes;

/// <summary>
/// The chains of a table and their rules. A packet without a slot leaves at the first rule. A mark is any of 2 to the 32nd, so it is put together
/// from its bits, and those of a byte that is zero are not asked for; priorities and segment sizes are few, and each has its rule.
/// </summary>
internal sealed class ChangeRules(NftTableWriter table, LoadedChangePrograms programs)
{
    /// <summary>
    /// Behind the dispatchers, which take one of 0 to 9. That a BPF program has it is no hindrance (net/netfilter/core.c, nf_hook_entries_grow: no hook
    /// is kept from sharing one but a program's).
    /// </summary>
    internal const int Priority = 10;

    internal void Write()
    {
        for (int index = 0; index < programs.MarkBytes.Count; index++)
        {
            WriteMarkChain(index);
        }

        foreach (Hook hook in DispatcherCompiler.Hooks)
        {
            WriteHookChain(hook);
        }
    }

    private static string MarkChain(int index) => $"mark_{index}";

    internal static string HookChain(Hook hook) => hook switch { Hook.LocalIn => "input", Hook.Forward => "forward", _ => "output" };

    private void WriteMarkChain(int index)
    {
        table.Chain(MarkChain(index));
        for (int i = 0; i < ChangePrograms.BitsOfByte; i++)
        {
            int bit = (index * ChangePrograms.BitsOfByte) + i;
            table.Rule(MarkChain(index), $"mark bit {bit}",
                NftExpression.Bpf(programs.MarkBits[bit]), NftExpression.LoadMark(), NftExpression.SetBit(bit), NftExpression.SetMark());
        }
    }

    private void WriteHookChain(Hook hook)
    {
        string chain = HookChain(hook);
        table.HookChain(chain, hook, Priority);
        table.Rule(chain, "no changes", NftExpression.Bpf(programs.HasNone), NftExpression.Accept());
        if (programs.WantsMark is { } wantsMark)
        {
            table.Rule(chain, "mark", NftExpression.Bpf(wantsMark), NftExpression.Load(0), NftExpression.SetMark());
        }

        for (int index = 0; index < programs.MarkBytes.Count; index++)
        {
            table.Rule(chain, $"mark byte {index}", NftExpression.Bpf(programs.MarkBytes[index]), NftExpression.Jump(MarkChain(index)));
        }

        foreach ((uint value, BpfProgram program) in programs.Priorities)
        {
            table.Rule(chain, $"priority {value}", NftExpression.Bpf(program), NftExpression.Load(value), NftExpression.SetPriority());
        }

        WriteSegmentSizes(hook, chain);
        table.Rule(chain, "end of changes", NftExpression.Bpf(programs.Release));
    }

    /// <summary>
    /// What the path has room for is known of packets that leave, and the kernel refuses the rule elsewhere (net/netfilter/xt_TCPMSS.c). These come
    /// last, for their programs free the slot (<see cref="ChangePrograms.SegmentSizeIs"/>).
    /// </summary>
    private void WriteSegmentSizes(Hook hook, string chain)
    {
        foreach ((ushort size, BpfProgram program) in programs.SegmentSizes)
        {
            if (size != ChangeSlot.PathSize || hook != Hook.LocalIn)
            {
                table.TcpRule(chain, $"segment size {size}", NftExpression.Bpf(program), NftExpression.LowerSegmentSize(size));
            }
        }
    }
}
