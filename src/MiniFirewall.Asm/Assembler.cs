using System.Collections.Immutable;

namespace MiniFirewall.Asm;

/// <summary>Builds a program from instructions, labels and functions. Not thread-safe; one program an assembler.</summary>
public sealed class Assembler
{
    private const byte ClassLoad = 0x00, ClassLoadX = 0x01, ClassStore = 0x02, ClassStoreX = 0x03;
    private const byte ClassAlu32 = 0x04, ClassJump = 0x05, ClassJump32 = 0x06, ClassAlu64 = 0x07;
    private const byte ModeImmediate = 0x00, ModeMemory = 0x60, ModeAtomic = 0xc0;
    private const byte SourceRegister = 0x08;
    private const byte PseudoMapFd = 1, PseudoMapValue = 2, PseudoCall = 1, PseudoKfuncCall = 2;

    private readonly List<Instruction> _instructions = [];
    private readonly List<(int Instruction, Label Target)> _fixups = [];
    private readonly List<(Function Function, Label Entry)> _functions = [];

    /// <summary>Given to every instruction emitted from now on; -1 for none.</summary>
    public int Origin { get; set; } = -1;

    /// <summary>
    /// At the head of a loop the verifier compares registers, also ones that nothing reads any more: kernels before 6.15 all of them,
    /// later ones those that some other path reads. Turns that differ in nothing else are different ones to it, so there they
    /// are set to zero first.
    /// </summary>
    public bool ClearsDeadRegisters { get; init; }

    /// <summary>Number of instructions so far.</summary>
    public int Count => _instructions.Count;

    /// <summary>Functions begun so far.</summary>
    public int FunctionCount => _functions.Count;

    public Label DefineLabel(string? name = null) => new(this, name);

    public void Mark(Label label)
    {
        RequireOwn(label);
        if (label.Position >= 0)
        {
            throw new InvalidOperationException($"label {label.Name} is marked twice");
        }

        label.Position = _instructions.Count;
    }

    /// <summary>Starts a function here; the first one is the program's entry. Calls name the returned label.</summary>
    public void BeginFunction(Function function, Label entry)
    {
        ArgumentNullException.ThrowIfNull(function);
        Mark(entry);
        _functions.Add((function, entry));
    }

    public void Alu(AluOperation operation, Register destination, Register source, OperandWidth width = OperandWidth.Bits64) =>
        Emit((byte)((byte)operation | SourceRegister | AluClass(width)), destination, (byte)source, 0, 0);

    public void Alu(AluOperation operation, Register destination, int immediate, OperandWidth width = OperandWidth.Bits64) =>
        Emit((byte)((byte)operation | AluClass(width)), destination, 0, 0, immediate);

    public void Move(Register destination, Register source) => Alu(AluOperation.Move, destination, source);

    /// <summary>Loads a constant, sign-extended to 64 bits.</summary>
    public void Move(Register destination, int immediate) => Alu(AluOperation.Move, destination, immediate);

    /// <summary>Loads a constant by the shortest instruction that can.</summary>
    public void LoadConstant(Register destination, ulong value)
    {
        if ((long)value is >= int.MinValue and <= int.MaxValue)
        {
            Move(destination, (int)value);
        }
        else if (value <= uint.MaxValue)
        {
            Alu(AluOperation.Move, destination, (int)(uint)value, OperandWidth.Bits32);
        }
        else
        {
            Emit(Instruction.LoadImmediate64Opcode, destination, 0, 0, (long)value);
        }
    }

    public void LoadMap(Register destination, string map) =>
        Emit(Instruction.LoadImmediate64Opcode, destination, PseudoMapFd, 0, 0, new MapReference(map));

    public void LoadMapValue(Register destination, string map, int offset = 0) =>
        Emit(Instruction.LoadImmediate64Opcode, destination, PseudoMapValue, 0, 0, new MapValueReference(map, offset));

    /// <summary>Loads a kernel struct's BTF id.</summary>
    public void LoadKernelType(Register destination, string structName) =>
        Emit((byte)((byte)AluOperation.Move | ClassAlu64), destination, 0, 0, 0, new KernelTypeReference(structName));

    /// <summary>Converts between host order and big endian; width 16, 32 or 64 bits; upper bits become zero.</summary>
    public void ToBigEndian(Register register, int bits) => Emit(0xdc, register, 0, 0, bits);

    public void Load(MemorySize size, Register destination, Register address, int offset) =>
        Emit((byte)(ClassLoadX | ModeMemory | (byte)size), destination, (byte)address, checked((short)offset), 0);

    /// <summary>Loads a member of a kernel struct that <paramref name="address"/> points to.</summary>
    public void LoadMember(MemorySize size, Register destination, Register address, string structName, string member, int plus = -1) =>
        Emit((byte)(ClassLoadX | ModeMemory | (byte)size), destination, (byte)address, 0, 0, new KernelMemberReference(structName, member) { Plus = plus });

    /// <summary>Loads a bitfield of a kernel struct that lies within one byte.</summary>
    public void LoadBits(Register destination, Register address, string structName, string member)
    {
        LoadMember(MemorySize.Byte, destination, address, structName, member, 0);
        Emit((byte)((byte)AluOperation.ShiftRight | ClassAlu64), destination, 0, 0, 0, new KernelBitsReference(structName, member, false));
        Emit((byte)((byte)AluOperation.And | ClassAlu64), destination, 0, 0, 0, new KernelBitsReference(structName, member, true));
    }

    /// <summary>Adds the offset of a member of a kernel struct.</summary>
    public void AddOffset(Register register, string structName, string member) =>
        Emit((byte)((byte)AluOperation.Add | ClassAlu64), register, 0, 0, 0, new KernelOffsetReference(structName, member));

    /// <summary>Subtracts the offset of a member of a kernel struct.</summary>
    public void SubtractOffset(Register register, string structName, string member) =>
        Emit((byte)((byte)AluOperation.Subtract | ClassAlu64), register, 0, 0, 0, new KernelOffsetReference(structName, member));

    /// <summary>Loads the value of an enumerator of the kernel's.</summary>
    public void LoadEnumerator(Register destination, string enumName, string enumerator) =>
        Emit((byte)((byte)AluOperation.Move | ClassAlu64), destination, 0, 0, 0, new KernelEnumeratorReference(enumName, enumerator));

    public void Store(MemorySize size, Register address, int offset, Register source) =>
        Emit((byte)(ClassStoreX | ModeMemory | (byte)size), address, (byte)source, checked((short)offset), 0);

    public void StoreImmediate(MemorySize size, Register address, int offset, int immediate) =>
        Emit((byte)(ClassStore | ModeMemory | (byte)size), address, 0, checked((short)offset), immediate);

    /// <summary>Adds atomically to memory; <paramref name="size"/> is Word or DoubleWord.</summary>
    public void AtomicAdd(MemorySize size, Register address, int offset, Register source) =>
        Emit((byte)(ClassStoreX | ModeAtomic | (byte)size), address, (byte)source, checked((short)offset), 0);

    /// <summary>As <see cref="AtomicAdd"/>; the register becomes what was there before (BPF_ADD | BPF_FETCH, kernel 5.12).</summary>
    public void AtomicFetchAdd(MemorySize size, Register address, int offset, Register source) =>
        Emit((byte)(ClassStoreX | ModeAtomic | (byte)size), address, (byte)source, checked((short)offset), 1);

    /// <summary>Sets bits in memory atomically (BPF_OR, kernel 5.12); <paramref name="size"/> is Word or DoubleWord.</summary>
    public void AtomicOr(MemorySize size, Register address, int offset, Register source) =>
        Emit((byte)(ClassStoreX | ModeAtomic | (byte)size), address, (byte)source, checked((short)offset), (int)AluOperation.Or);

    /// <summary>
    /// Puts a register into memory where that is equal to R0, atomically; R0 becomes what was there before (BPF_CMPXCHG, kernel
    /// 5.12). <paramref name="size"/> is Word or DoubleWord.
    /// </summary>
    public void AtomicCompareExchange(MemorySize size, Register address, int offset, Register source) =>
        Emit((byte)(ClassStoreX | ModeAtomic | (byte)size), address, (byte)source, checked((short)offset), 0xf1);

    /// <summary>Exchanges a register with memory, atomically and in order with all that was written before (BPF_XCHG, kernel 5.12); size as above.</summary>
    public void AtomicExchange(MemorySize size, Register address, int offset, Register source) =>
        Emit((byte)(ClassStoreX | ModeAtomic | (byte)size), address, (byte)source, checked((short)offset), 0xe1);

    /// <summary>Loads a member of an element of an array of structs in a kernel struct.</summary>
    public void LoadElement(MemorySize size, Register destination, Register address, KernelElementReference element) =>
        Emit((byte)(ClassLoadX | ModeMemory | (byte)size), destination, (byte)address, 0, 0, element);

    public void Jump(Label target)
    {
        Fix(target);
        Emit(ClassJump, 0, 0, 0, 0);
    }

    public void Jump(JumpCondition condition, Register left, int right, Label target, OperandWidth width = OperandWidth.Bits64)
    {
        Fix(target);
        Emit((byte)((byte)condition | JumpClass(width)), left, 0, 0, right);
    }

    public void Jump(JumpCondition condition, Register left, Register right, Label target, OperandWidth width = OperandWidth.Bits64)
    {
        Fix(target);
        Emit((byte)((byte)condition | SourceRegister | JumpClass(width)), left, (byte)right, 0, 0);
    }

    /// <summary>Makes an offset into the program's arena a pointer to it (addr_space_cast, kernel 6.9); its upper 32 bits are ignored.</summary>
    public void CastToArena(Register register) => Emit((byte)((byte)AluOperation.Move | SourceRegister | ClassAlu64), register, (byte)register, 1, 1);

    public void Call(Helper helper) => Emit(0x85, 0, 0, 0, (int)helper);

    /// <summary>
    /// Goes on, or, once the program has turned too often (8,388,608 times, or a quarter of a second on newer kernels), to the
    /// label; it lets the verifier take a loop for one turn (BPF_JCOND, may_goto; kernel 6.9).
    /// </summary>
    /// <param name="dead">Registers that nothing reads behind this (<see cref="ClearsDeadRegisters"/>).</param>
    public void MayGoto(Label exhausted, params ReadOnlySpan<Register> dead) => MayGoto(exhausted, 0, dead);

    /// <summary>
    /// As the other, of a loop that is known to turn at most so many times: where there is no may_goto the turns can be counted. One
    /// of the dead registers is then written.
    /// </summary>
    public void MayGoto(Label exhausted, int most, params ReadOnlySpan<Register> dead)
    {
        if (ClearsDeadRegisters)
        {
            foreach (Register register in dead)
            {
                Move(register, 0);
            }
        }

        Fix(exhausted);
        Emit(ClassJump | 0xe0, 0, 0, 0, most);
    }

    /// <summary>Puts an instruction of other code here; where it leads somewhere, that is the label's place now.</summary>
    public void Append(Instruction instruction, Label? target = null)
    {
        if (target is not null)
        {
            Fix(target);
        }

        _instructions.Add(instruction);
    }

    /// <summary>Calls a function of this program.</summary>
    public void Call(Label function)
    {
        Fix(function);
        Emit(0x85, 0, PseudoCall, 0, 0);
    }

    /// <summary>Calls a function of the kernel's by name (kfunc).</summary>
    public void CallKernel(string function) =>
        Emit(0x85, 0, PseudoKfuncCall, 0, 0, new KernelFunctionReference(function));

    /// <summary>Loads the address of a function of this program (BPF_PSEUDO_FUNC), as bpf_loop wants it.</summary>
    public void LoadFunction(Register destination, Label function)
    {
        Fix(function);
        Emit(Instruction.LoadImmediate64Opcode, destination, 4, 0, 0);
    }

    public void Exit() => Emit(0x95, 0, 0, 0, 0);

    /// <summary>
    /// Leaves out what cannot be reached, and resolves labels. A label that was never marked, or a jump beyond 16 bits, is
    /// the caller's bug.
    /// </summary>
    public AssembledCode Finish()
    {
        RequireMarks();
        RemoveUnreachable();
        int[] slots = SlotPositions();
        foreach ((int at, Label target) in _fixups)
        {
            _instructions[at] = Resolve(_instructions[at], slots, at, target);
        }

        var functions = _functions.Select(f => new PlacedFunction(f.Function, slots[f.Entry.Position])).ToImmutableArray();
        return new([.. _instructions], functions);
    }

    private static Instruction Resolve(Instruction instruction, int[] slots, int at, Label target)
    {
        int distance = slots[target.Position] - slots[at] - 1;
        bool callOrAddress = instruction.Opcode is 0x85 or Instruction.LoadImmediate64Opcode;
        return callOrAddress
            ? instruction with { Immediate = distance }
            : instruction with { Offset = checked((short)distance) };
    }

    private void RequireMarks()
    {
        if (_fixups.FirstOrDefault(fixup => fixup.Target.Position < 0).Target is { } missing)
        {
            throw new InvalidOperationException($"label {missing.Name} is never marked");
        }
    }

    private void RemoveUnreachable()
    {
        bool[] reached = Reachability.Of(_instructions, _fixups.ToDictionary(fixup => fixup.Instruction, fixup => fixup.Target.Position));
        var moved = new int[_instructions.Count + 1];
        for (int i = 0; i < reached.Length; i++)
        {
            moved[i + 1] = moved[i] + (reached[i] ? 1 : 0);
        }

        _functions.RemoveAll(function => !reached[function.Entry.Position]);
        _fixups.RemoveAll(fixup => !reached[fixup.Instruction]);
        foreach (Label label in _fixups.Select(fixup => fixup.Target).Concat(_functions.Select(function => function.Entry)).Distinct())
        {
            label.Position = moved[label.Position];
        }

        for (int i = 0; i < _fixups.Count; i++)
        {
            _fixups[i] = (moved[_fixups[i].Instruction], _fixups[i].Target);
        }

        List<Instruction> kept = [.. _instructions.Where((_, i) => reached[i])];
        _instructions.Clear();
        _instructions.AddRange(kept);
    }

    private int[] SlotPositions()
    {
        var slots = new int[_instructions.Count + 1];
        for (int i = 0; i < _instructions.Count; i++)
        {
            slots[i + 1] = slots[i] + _instructions[i].Slots;
        }

        return slots;
    }

    private void Fix(Label target)
    {
        RequireOwn(target);
        _fixups.Add((_instructions.Count, target));
    }

    private void RequireOwn(Label label)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (label.Owner != this)
        {
            throw new InvalidOperationException($"label {label.Name} belongs to another assembler");
        }
    }

    private void Emit(byte opcode, Register destination, byte source, short offset, long immediate, Reference? reference = null) =>
        _instructions.Add(new Instruction
        {
            Opcode = opcode,
            Destination = destination,
            Source = source,
            Offset = offset,
            Immediate = immediate,
            Reference = reference,
            Origin = Origin,
        });

    private static byte AluClass(OperandWidth width) => width == OperandWidth.Bits32 ? ClassAlu32 : ClassAlu64;

    private static byte JumpClass(OperandWidth width) => width == OperandWidth.Bits32 ? ClassJump32 : ClassJump;
}
