using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Kernel.Tests.Bpf;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>
/// A device with a program on each filter hook that notes in a slot, for every packet, what the test wants changed; behind the chains that change
/// packets stand chains of nft that tell what became of one.
/// </summary>
internal sealed class ChangeLab : IDisposable
{
    private const string Wishes = "wishes";
    private const int WishSize = 16, WishMark = 0, WishPriority = 4, WishSegmentSize = 8, WishWanted = 10, WishWay = 12;

    /// <summary>Made before all else, since where a kernel has no such programs the test is skipped.</summary>
    private readonly ProgramSpec _fill = Fill();

    private readonly Device _device = new(["eth0", "eth1"]);
    private readonly BpfMap _wishes = BpfMap.Create(new MapSpec(Wishes, MapType.Array, 4, WishSize, 1));
    private readonly List<BpfLink> _links = [];

    internal ChangeLab()
    {
        using BpfProgram program = _fill.Load(_wishes, Changes);
        foreach (Hook hook in DispatcherCompiler.Hooks)
        {
            foreach (Family family in DispatcherCompiler.Families)
            {
                _links.Add(Attach(program, family, hook, 0));
            }
        }

        _device.Namespace.Execute("nft", ["-f", "-"], """
            table inet probe {
                set marks { typeof meta mark; flags dynamic; size 64; }
                set priorities { typeof meta priority; flags dynamic; size 64; }
                set sizes { typeof tcp option maxseg size; flags dynamic; size 64; }
                chain tell {
                    add @marks { meta mark }
                    add @priorities { meta priority }
                    add @sizes { tcp option maxseg size }
                }
                chain input { type filter hook input priority 250; jump tell; }
                chain forward { type filter hook forward priority 250; jump tell; }
                chain output { type filter hook output priority 250; jump tell; }
            }
            """);
    }

    internal BpfMap Changes { get; } = BpfMap.Create(WellKnownMaps.ChangesSpec);

    internal NetworkNamespace Namespace => _device.Namespace;

    /// <summary>The kernel's numbers of the two tables, which are new ones where they were made anew; empty where one is missing.</summary>
    internal string Handles
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Nft("-j", "list", "tables"));
            return string.Join(' ', from part in document.RootElement.GetProperty("nftables").EnumerateArray()
                                    where part.TryGetProperty("table", out JsonElement table) && table.GetProperty("name").GetString() == "minifw"
                                    select part.GetProperty("table").GetProperty("handle").ToString());
        }
    }

    internal static BpfLink AttachAccepting(NetworkNamespace network, Family family, Hook hook, int priority)
    {
        using BpfProgram program = Programs.Constant(1).Load();
        return network.Run(() => BpfLink.AttachNetfilter(program, family, hook, priority));
    }

    internal string Nft(params string[] words) => _device.Namespace.Execute("nft", words);

    internal void Ensure(ChangeNeeds needs, bool mapIsNew = false) => Namespace.Run(() => ChangeChains.Ensure(Changes, needs, mapIsNew));

    internal ChangeNeeds? Read() => Namespace.Run(ChangeChains.Read);

    /// <summary>What the program notes from now on; nothing where nothing is wanted.</summary>
    /// <param name="way">Which of the packet's slots it takes.</param>
    internal void Wish(uint? mark = null, uint? priority = null, ushort? segmentSize = null, int way = 0)
    {
        byte[] wish = new byte[WishSize];
        BinaryPrimitives.WriteUInt32LittleEndian(wish.AsSpan(WishMark), mark ?? 0xdeadbeef);
        BinaryPrimitives.WriteUInt32LittleEndian(wish.AsSpan(WishPriority), priority ?? 0xdeadbeef);
        BinaryPrimitives.WriteUInt16LittleEndian(wish.AsSpan(WishSegmentSize), segmentSize ?? 0xdead);
        wish[WishWanted] = (byte)((mark is null ? 0 : ChangeSlot.WantsMark) | (priority is null ? 0 : ChangeSlot.WantsPriority)
            | segmentSize switch { null => 0, ChangeSlot.PathSize => ChangeSlot.WantsPathSize, _ => ChangeSlot.WantsSegmentSize });
        wish[WishWay] = (byte)way;
        _wishes.Update(new byte[4], wish);
    }

    /// <summary>Sends a packet, and says what it is at the end: mark, priority as tc writes it, and segment size.</summary>
    internal Outcome Send(Packet packet)
    {
        _device.EmptyQueues();
        Nft("flush", "set", "inet", "probe", "marks");
        Nft("flush", "set", "inet", "probe", "priorities");
        Nft("flush", "set", "inet", "probe", "sizes");
        Passage passage = _device.Send(packet);
        return new(passage, Elements("marks"), Elements("priorities"), Elements("sizes"));
    }

    /// <summary>Slots that a packet has.</summary>
    internal int Taken()
    {
        byte[] slots = new byte[Changes.ValueSize];
        Changes.TryLookup(new byte[4], slots);
        return Enumerable.Range(0, slots.Length / ChangeSlot.Size).Count(slot => BinaryPrimitives.ReadUInt64LittleEndian(slots.AsSpan((slot * ChangeSlot.Size) + ChangeSlot.Packet)) != 0);
    }

    public void Dispose()
    {
        foreach (BpfLink link in _links)
        {
            // One that is only closed is on its hook for some time yet, where other tests find it.
            link.Detach();
            link.Dispose();
        }

        _wishes.Dispose();
        Changes.Dispose();
        _device.Dispose();
    }

    private BpfLink Attach(BpfProgram program, Family family, Hook hook, int priority) => Namespace.Run(() => BpfLink.AttachNetfilter(program, family, hook, priority));

    private string Elements(string set)
    {
        using JsonDocument document = JsonDocument.Parse(Nft("-j", "list", "set", "inet", "probe", set));
        JsonElement listed = document.RootElement.GetProperty("nftables").EnumerateArray().Single(part => part.TryGetProperty("set", out _)).GetProperty("set");
        return listed.TryGetProperty("elem", out JsonElement elements) ? string.Join(' ', elements.EnumerateArray().Select(element => element.ToString())) : "";
    }

    private static ProgramSpec Fill() => Programs.Netfilter(code =>
    {
        const Register Packet = Register.R6, Wish = Register.R7, Slot = Register.R8;
        Label end = code.DefineLabel();
        code.LoadContext(Packet, Register.R1, "skb");
        code.LoadMapValue(Wish, Wishes);
        code.Load(MemorySize.Byte, Register.R1, Wish, WishWanted);
        code.Jump(JumpCondition.Equal, Register.R1, 0, end);
        ChangeSlot.EmitFirst(code, Slot, Register.R0, Packet, SlotMap.Changes);
        code.Load(MemorySize.Byte, Register.R1, Wish, WishWay);
        code.Alu(AluOperation.And, Register.R1, ChangeSlot.Ways - 1);
        code.Alu(AluOperation.Multiply, Register.R1, ChangeSlot.Size);
        code.Alu(AluOperation.Add, Slot, Register.R1);
        Copy(MemorySize.Word, WishMark, ChangeSlot.Mark);
        Copy(MemorySize.Word, WishPriority, ChangeSlot.Priority);
        Copy(MemorySize.Half, WishSegmentSize, ChangeSlot.SegmentSize);
        Copy(MemorySize.Byte, WishWanted, ChangeSlot.Wanted);
        code.Store(MemorySize.DoubleWord, Slot, ChangeSlot.Packet, Packet);
        code.Mark(end);
        code.Return(1);

        void Copy(MemorySize size, int from, int to)
        {
            code.Load(size, Register.R1, Wish, from);
            code.Store(size, Slot, to, Register.R1);
        }
    }, "fill");

    /// <summary>What became of a packet; each text is empty where nothing was seen.</summary>
    internal sealed record Outcome(Passage Passage, string Mark, string Priority, string SegmentSize);
}
