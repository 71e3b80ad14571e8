using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A program of classic BPF returns something else than 0 (net/netfilter/xt_bpf.c). It reads the packet from the network header
/// on; a load beyond the packet, and a division by zero, end it with 0 (net/core/filter.c, bpf_convert_filter).
/// </summary>
/// <param name="Instructions">A program that the kernel would take: jumps go forward, the last instruction returns.</param>
public sealed record ClassicProgram(ValueArray<ClassicInstruction> Instructions) : Question
{
    /// <summary>Words that a program can store.</summary>
    public const int MemoryWords = 16;

    public override ImmutableArray<Field> Reads => Instructions.Any(instruction => instruction.Surrounding == ClassicSurrounding.Mark) ? [Field.Mark] : [];

    public override bool Ask(Packet packet)
    {
        var state = new State(packet);
        for (int at = 0; ; at++)
        {
            ClassicInstruction instruction = Instructions[at];
            switch (instruction.Class)
            {
                case ClassicClass.Return:
                    return ((instruction.Code & 0x18) == 0 ? instruction.K : state.Accumulator) != 0;
                case ClassicClass.Jump:
                    at += (int)Skipped(instruction, state);
                    break;
                default:
                    if (!state.TryRun(instruction))
                    {
                        return false;
                    }

                    break;
            }
        }
    }

    private static uint Skipped(ClassicInstruction instruction, State state)
    {
        if (instruction.Comparison == ClassicComparison.Always)
        {
            return instruction.K;
        }

        uint right = instruction.UsesIndex ? state.Index : instruction.K;
        bool holds = instruction.Comparison switch
        {
            ClassicComparison.Equal => state.Accumulator == right,
            ClassicComparison.Greater => state.Accumulator > right,
            ClassicComparison.GreaterOrEqual => state.Accumulator >= right,
            _ => (state.Accumulator & right) != 0,
        };
        return holds ? instruction.JumpTrue : instruction.JumpFalse;
    }

    /// <summary>A program that runs over a packet.</summary>
    private sealed class State(Packet packet)
    {
        private readonly uint[] _memory = new uint[MemoryWords];

        internal uint Accumulator { get; private set; }

        internal uint Index { get; private set; }

        /// <summary>False where the program ends with 0.</summary>
        internal bool TryRun(ClassicInstruction instruction)
        {
            switch (instruction.Class)
            {
                case ClassicClass.Load when Load(instruction) is { } value:
                    Accumulator = value;
                    return true;
                case ClassicClass.LoadIndex when Load(instruction) is { } value:
                    Index = value;
                    return true;
                case ClassicClass.Store:
                    _memory[instruction.K] = Accumulator;
                    return true;
                case ClassicClass.StoreIndex:
                    _memory[instruction.K] = Index;
                    return true;
                case ClassicClass.Move when (instruction.Code & 0x80) == 0:
                    Index = Accumulator;
                    return true;
                case ClassicClass.Move:
                    Accumulator = Index;
                    return true;
                case ClassicClass.Arithmetic when Compute(instruction) is { } value:
                    Accumulator = value;
                    return true;
                default:
                    return false;
            }
        }

        private uint? Load(ClassicInstruction instruction) => instruction.Mode switch
        {
            ClassicMode.Immediate => instruction.K,
            ClassicMode.Memory => _memory[instruction.K],
            ClassicMode.Length => (uint)packet.Bytes.Length,
            ClassicMode.HeaderLength => Read(instruction.K, 1) is { } first ? (first & 0x0f) * 4 : null,
            ClassicMode.Indirect => Read(unchecked(Index + instruction.K), instruction.Size),
            _ => instruction.Surrounding is { } surrounding ? Know(surrounding) : Read(instruction.K, instruction.Size),
        };

        private uint? Know(ClassicSurrounding surrounding) => surrounding switch
        {
            ClassicSurrounding.Protocol => packet.Family == Family.IPv4 ? 0x0800u : 0x86ddu,
            ClassicSurrounding.Mark => packet.Mark,
            ClassicSurrounding.Random => packet.Chance,
            ClassicSurrounding.XorIndex => Accumulator ^ Index,
            _ => throw new NotSupportedException($"{surrounding}"),
        };

        private uint? Read(uint offset, int size)
        {
            uint from = offset >= ClassicInstruction.NetworkHeader ? offset - ClassicInstruction.NetworkHeader : offset;
            ReadOnlySpan<byte> bytes = packet.Bytes;
            if (from > bytes.Length - size)
            {
                return null;
            }

            bytes = bytes[(int)from..];
            return size switch
            {
                4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
                2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
                _ => bytes[0],
            };
        }

        private uint? Compute(ClassicInstruction instruction)
        {
            uint left = Accumulator, right = instruction.UsesIndex ? Index : instruction.K;
            return instruction.Operation switch
            {
                ClassicOperation.Divide or ClassicOperation.Modulo when right == 0 => null,
                ClassicOperation.Add => unchecked(left + right),
                ClassicOperation.Subtract => unchecked(left - right),
                ClassicOperation.Multiply => unchecked(left * right),
                ClassicOperation.Divide => left / right,
                ClassicOperation.Modulo => left % right,
                ClassicOperation.Or => left | right,
                ClassicOperation.And => left & right,
                ClassicOperation.Xor => left ^ right,
                ClassicOperation.ShiftLeft => left << (int)(right & 31),
                ClassicOperation.ShiftRight => left >> (int)(right & 31),
                _ => unchecked(0u - left),
            };
        }
    }
}
