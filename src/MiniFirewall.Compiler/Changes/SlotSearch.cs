using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Changes;

/// <summary>A program of type SOCKET_FILTER that finds its packet's slot (<see cref="ChangeSlot"/>) before it does anything with it.</summary>
internal static class SlotSearch
{
    /// <summary>Points to the slot where it is found.</summary>
    internal const Register Slot = Register.R7;

    private const Register Packet = Register.R6;

    /// <summary>Bytes from the frame's end to where the packet's address lies for a moment.</summary>
    private const int Address = -8;

    /// <param name="whereNone">The program's result where the packet has no slot.</param>
    /// <param name="whereFound">Sets R0, and goes on behind what it writes.</param>
    internal static ProgramSpec Program(string name, int whereNone, Action<Assembler> whereFound)
    {
        var code = new Assembler();
        Label found = code.DefineLabel("slot is found");
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "__sk_buff")]), code.DefineLabel("main"));
        EmitPacket(code);
        ChangeSlot.EmitFirst(code, Slot, Register.R0, Packet);
        for (int way = 0; way < ChangeSlot.Ways; way++)
        {
            if (way > 0)
            {
                code.Alu(AluOperation.Add, Slot, ChangeSlot.Size);
            }

            code.Load(MemorySize.DoubleWord, Register.R0, Slot, ChangeSlot.Packet);
            code.Jump(JumpCondition.Equal, Register.R0, Packet, found);
        }

        code.Move(Register.R0, whereNone);
        code.Exit();
        code.Mark(found);
        whereFound(code);
        code.Exit();
        return new ProgramSpec(name, ProgramType.SocketFilter, 0, code.Finish(), []);
    }

    /// <summary>
    /// Packet = the address of the context's sk_buff as a plain number: the verifier lets nobody compute with a pointer to a kernel structure. A
    /// pointer that lies on the stack is read as a number through a cast to a structure that begins with one of 64 bits.
    /// </summary>
    private static void EmitPacket(Assembler code)
    {
        code.CallKernel("bpf_cast_to_kern_ctx");
        code.Store(MemorySize.DoubleWord, Register.R10, Address, Register.R0);
        code.Move(Register.R1, Register.R10);
        code.Alu(AluOperation.Add, Register.R1, Address);
        code.LoadKernelType(Register.R2, "timespec64");
        code.CallKernel("bpf_rdonly_cast");
        code.LoadMember(MemorySize.DoubleWord, Packet, Register.R0, "timespec64", "tv_sec");
    }
}
