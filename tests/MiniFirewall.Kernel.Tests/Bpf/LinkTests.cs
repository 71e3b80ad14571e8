using System.Net;
using System.Net.Sockets;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class LinkTests : IDisposable
{
    private readonly NetworkNamespace _network = new();
    private readonly BpfProgram _dropUdp = DropProtocol(17).Load();
    private readonly Socket _receiver;
    private readonly Socket _sender;

    public LinkTests()
    {
        _network.Execute("ip", ["link", "set", "lo", "up"]);
        _receiver = _network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        _receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _sender = _network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
    }

    [Fact]
    public void A_program_on_a_hook_drops_until_its_link_is_closed()
    {
        Assert.True(Passes());
        using (Attach(0))
        {
            Assert.False(Passes());
        }

        Assert.True(Passes());
    }

    [Fact]
    public void A_link_is_of_the_threads_own_namespace()
    {
        using var other = new NetworkNamespace();
        using BpfLink link = other.Run(() => BpfLink.AttachNetfilter(_dropUdp, Family.IPv4, Hook.LocalIn, 0));
        Assert.True(Passes());
    }

    [Fact]
    public void A_link_tells_where_it_sits()
    {
        using BpfLink link = Attach(-77);
        Assert.Equal(new BpfNetfilterPlace((byte)Family.IPv4, (byte)Hook.LocalIn, -77, 0), link.Info().Netfilter);
        Assert.Equal(_dropUdp.Info().Id, link.Info().ProgramId);
    }

    [Fact]
    public void Two_programs_cannot_share_a_place_and_the_error_says_so()
    {
        using BpfLink link = Attach(5);
        using BpfLink beside = Attach(6);
        SystemCallException refusal = Assert.Throws<SystemCallException>(() => Attach(5));
        Assert.Contains("test on IPv4 LocalIn at priority 5", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("another BPF program", refusal.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void The_outermost_priorities_are_refused(int priority) =>
        Assert.Contains("kernel's own", Assert.Throws<SystemCallException>(() => Attach(priority)).Hint, StringComparison.Ordinal);

    [Fact]
    public void A_pinned_link_stays_and_is_detached_by_whoever_opens_it()
    {
        using var files = new BpfFileSystem();
        Assert.Null(BpfLink.TryOpen(files["link"]));
        using (BpfLink link = Attach(0))
        {
            link.Pin(files["link"]);
        }

        Assert.False(Passes());
        using (BpfLink again = BpfLink.TryOpen(files["link"])!)
        {
            Assert.Equal(0, again.Info().Netfilter!.Priority);
            again.Detach();
            Assert.True(Passes());
        }

        BpfPin.Remove(files["link"]);
        Assert.Null(BpfLink.TryOpen(files["link"]));
    }

    [Fact]
    public void A_pinned_link_ends_with_its_pin()
    {
        using var files = new BpfFileSystem();
        using (BpfLink link = Attach(0))
        {
            link.Pin(files["link"]);
        }

        // The kernel lets go of what a pin held a moment after the pin.
        BpfPin.Remove(files["link"]);
        Assert.True(SpinWait.SpinUntil(Passes, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Runs_on_real_packets_are_counted_while_statistics_are_on()
    {
        using FileDescriptor statistics = BpfProgramCalls.EnableRunTimeStatistics();
        using BpfLink link = Attach(0);
        ulong before = _dropUdp.Info().RunCount;
        Assert.False(Passes());
        Assert.Equal(before + 1, _dropUdp.Info().RunCount);
    }

    /// <summary>The kernel lists a link's number a moment before it lets anybody open it.</summary>
    [Fact]
    public async Task Links_are_listed_while_others_are_made()
    {
        Task making = Task.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                using BpfLink link = Attach(i);
                link.Detach();
            }
        }, TestContext.Current.CancellationToken);
        while (!making.IsCompleted)
        {
            for (uint? id = BpfLinkCalls.NextId(0); id is { } number; id = BpfLinkCalls.NextId(number))
            {
                BpfLinkCalls.TryOpen(number)?.Dispose();
            }
        }

        await making;
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _dropUdp.Dispose();
        _network.Dispose();
    }

    private BpfLink Attach(int priority) =>
        _network.Run(() => BpfLink.AttachNetfilter(_dropUdp, Family.IPv4, Hook.LocalIn, priority));

    /// <summary>Delivery over the loopback device is done when the send returns.</summary>
    private bool Passes()
    {
        _sender.SendTo([42], _receiver.LocalEndPoint!);
        if (!_receiver.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead))
        {
            return false;
        }

        return _receiver.Receive(new byte[16]) == 1;
    }

    private static ProgramSpec DropProtocol(int protocol) => Programs.Netfilter(a =>
    {
        Label other = a.DefineLabel();
        a.LoadContext(Register.R6, Register.R1, "skb");
        a.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R6, "sk_buff", "data");
        a.Cast(Register.R1, "iphdr");
        a.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "iphdr", "protocol");
        a.Jump(JumpCondition.NotEqual, Register.R1, protocol, other);
        a.Return(0);
        a.Mark(other);
        a.Return(1);
    });
}
