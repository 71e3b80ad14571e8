using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>A target that hands packets to a queue, where a program in user space decides (net/netfilter/nfnetlink_queue.c).</summary>
public interface IAsksQueue
{
    /// <summary>The queue, or the queues that packets are spread over.</summary>
    NumberRange Queues { get; }

    /// <summary>A packet passes where no program listens; without this it is dropped then.</summary>
    bool Bypasses { get; }
}
