using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Changes;

/// <summary>Finds a packet's slot (<see cref="ChangeSlot"/>); also as the beginning of a program of type SOCKET_FILTER.</summary>
internal static class SlotSearch
{
    /// <summary>Points to the slot where it is found.</summary>
    internal const Register Slot = Register.R7;

    private const Register Packet = Register.R6;

    /// <param name="whereNone">The program's result where the packet has no slot.</param>
    /// <param name="whereFound">Sets R0, and goes on behind what it writes.</param>
    internal static ProgramSpec Program(string name, int whereNone, Action<Assembler> whereFound, SlotMap map)
    {
        var code = new Assembler();
        Label found = code.DefineLabel("slot is found");
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "__sk_buff")]), code.DefineLabel("main"));
        code.CallKernel("bpf_cast_to_kern_ctx");
        code.Move(Packet, Register.R0);
        Emit(code, Slot, Packet, found, map);
        code.Move(Register.R0, whereNone);
        code.Exit();
        code.Mark(found);
        whereFound(code);
        code.Exit();
        return new ProgramSpec(name, ProgramType.SocketFilter, 0, code.Finish(), []);
    }

    /// <summary>slot = the packet's, at the label; falls through where it has none. Loses R0.</summary>
    internal static void Emit(Assembler code, Register slot, Register packet, Label found, SlotMap map)
    {
        ChangeSlot.EmitFirst(code, slot, Register.R0, packet, map);
        for (int way = 0; way < ChangeSlot.Ways; way++)
        {
            if (way > 0)
            {
                code.Alu(AluOperation.Add, slot, map.SlotSize);
            }

            code.Load(MemorySize.DoubleWord, Register.R0, slot, ChangeSlot.Packet);
            code.Jump(JumpCondition.Equal, Register.R0, packet, found);
        }
    }
}
