using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class RingBufferTests : IDisposable
{
    private readonly BpfMap _events = BpfMap.Create(new("events", MapType.RingBuffer, 0, 0, Environment.SystemPageSize));
    private readonly RingBufferReader _reader;

    public RingBufferTests() => _reader = new(_events);

    [Fact]
    public void Records_come_in_their_order()
    {
        using BpfProgram program = Writer(24).Load(_events);
        Assert.Equal(0, _reader.Drain(_ => Assert.Fail("nothing was written")));
        program.TestRun(Family.IPv4, Hook.LocalIn, new byte[41]);
        program.TestRun(Family.IPv4, Hook.LocalIn, new byte[42]);

        var lengths = new List<int>();
        Assert.Equal(2, _reader.Drain(record =>
        {
            Assert.Equal(24, record.Length);
            lengths.Add(BinaryPrimitives.ReadInt32LittleEndian(record));
        }));
        Assert.Equal([41, 42], lengths);
        Assert.Equal(0, _reader.Drain(_ => { }));
    }

    /// <summary>Odd sizes walk over the end of the buffer at every place.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(21)]
    [InlineData(64)]
    [InlineData(500)]
    public void Records_are_whole_over_the_buffers_end(int size)
    {
        using BpfProgram program = Writer(size).Load(_events);
        int packet = 20;
        for (int round = 0; round < 500; round++)
        {
            int first = packet;
            int written = 1 + (round % 3);
            for (int i = 0; i < written; i++)
            {
                Assert.Equal(1u, program.TestRun(Family.IPv4, Hook.LocalIn, new byte[packet]).Result);
                packet = packet == 1500 ? 20 : packet + 1;
            }

            Assert.Equal(written, _reader.Drain(record =>
            {
                Assert.Equal(size, record.Length);
                Assert.Equal(first, BinaryPrimitives.ReadInt32LittleEndian(record));
                Assert.All(record[4..].ToArray(), b => Assert.Equal(0x5a, b));
                first = first == 1500 ? 20 : first + 1;
            }));
        }
    }

    [Fact]
    public void A_full_buffer_refuses_and_takes_again_once_read()
    {
        using BpfProgram program = Writer(500).Load(_events);
        int fit = 0;
        while (program.TestRun(Family.IPv4, Hook.LocalIn, new byte[64]).Result == 1)
        {
            fit++;
        }

        Assert.InRange(fit, 4, Environment.SystemPageSize / 508);
        Assert.Equal(fit, _reader.Drain(_ => { }));
        Assert.Equal(1u, program.TestRun(Family.IPv4, Hook.LocalIn, new byte[64]).Result);
    }

    [Fact]
    public void Discarded_records_are_passed_over()
    {
        using BpfProgram discard = Reserver(Helper.RingbufDiscard).Load(_events);
        using BpfProgram submit = Reserver(Helper.RingbufSubmit).Load(_events);
        discard.TestRun(Family.IPv4, Hook.LocalIn, new byte[64]);
        submit.TestRun(Family.IPv4, Hook.LocalIn, new byte[64]);
        discard.TestRun(Family.IPv4, Hook.LocalIn, new byte[64]);
        Assert.Equal(1, _reader.Drain(record => Assert.Equal(16, record.Length)));
        Assert.Equal(0, _reader.Drain(_ => { }));
    }

    [Fact]
    public void Waiting_ends_with_a_record_or_with_its_time()
    {
        using BpfProgram program = Writer(24).Load(_events);
        Assert.False(_reader.Wait(TimeSpan.FromMilliseconds(20)));
        var writer = new Thread(() =>
        {
            Thread.Sleep(50);
            program.TestRun(Family.IPv4, Hook.LocalIn, new byte[64]);
        });
        writer.Start();
        Assert.True(_reader.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal(1, _reader.Drain(_ => { }));
        writer.Join();
    }

    [Fact]
    public void Other_maps_are_no_ring_buffers()
    {
        using var array = BpfMap.Create(new("array", MapType.Array, 4, 8, 1));
        Assert.Throws<ArgumentException>(() => new RingBufferReader(array));
    }

    public void Dispose()
    {
        _reader.Dispose();
        _events.Dispose();
    }

    /// <summary>Writes skb->len and then 0x5a; accepts where the record fitted.</summary>
    private static ProgramSpec Writer(int size) => Programs.Netfilter(a =>
    {
        int start = -((size + 7) & ~7);
        Label full = a.DefineLabel();
        for (int at = start; at < 0; at += 4)
        {
            a.StoreImmediate(MemorySize.Word, Register.R10, at, 0x5a5a5a5a);
        }

        a.LoadContext(Register.R6, Register.R1, "skb");
        a.LoadMember(MemorySize.Word, Register.R2, Register.R6, "sk_buff", "len");
        a.Store(MemorySize.Word, Register.R10, start, Register.R2);
        a.LoadMap(Register.R1, "events");
        a.Frame(Register.R2, start);
        a.Move(Register.R3, size);
        a.Move(Register.R4, 0);
        a.Call(Helper.RingbufOutput);
        a.Jump(JumpCondition.NotEqual, Register.R0, 0, full);
        a.Return(1);
        a.Mark(full);
        a.Return(0);
    });

    private static ProgramSpec Reserver(Helper finish) => Programs.Netfilter(a =>
    {
        Label full = a.DefineLabel();
        a.LoadMap(Register.R1, "events");
        a.Move(Register.R2, 16);
        a.Move(Register.R3, 0);
        a.Call(Helper.RingbufReserve);
        a.Jump(JumpCondition.Equal, Register.R0, 0, full);
        a.Move(Register.R1, Register.R0);
        a.Move(Register.R2, 0);
        a.Call(finish);
        a.Mark(full);
        a.Return(1);
    });
}
