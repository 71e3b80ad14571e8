using MiniFirewall.Bpf;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>The link that has fragments put together is where no packet, or hardly one, pays for it.</summary>
public sealed class ReassemblyHookTests
{
    private static readonly RuleTexts s_state = RuleTexts.Of([Family.IPv4, Family.IPv6], ["-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"]);

    [Theory]
    [InlineData(Family.IPv4, "ipv4/ip_forward", "reassembly4")]
    [InlineData(Family.IPv6, "ipv6/conf/all/forwarding", "reassembly6")]
    public void It_is_on_FORWARD_where_nothing_is_forwarded_and_moves_with_the_next_rules(Family family, string setting, string pin)
    {
        Assert.SkipUnless(ProviderChoice.Default == HookProvider.Bpf, "the module asks for reassembly by itself, without a link");
        using var engine = new EngineFirewall(["eth0"]);
        engine.Device.Namespace.SetSystemControl(setting, "0");
        engine.Load(s_state);
        Assert.Equal((family, Hook.Forward), Place());
        engine.Load(s_state);
        Assert.Equal((family, Hook.Forward), Place());

        engine.Device.Namespace.SetSystemControl(setting, "1");
        Assert.Equal((family, Hook.Forward), Place());
        engine.Load(s_state);
        Assert.Equal((family, Hook.LocalOut), Place());

        engine.Device.Namespace.SetSystemControl(setting, "0");
        engine.Load(s_state);
        Assert.Equal((family, Hook.Forward), Place());

        engine.Load(RuleTexts.Of([Family.IPv4, Family.IPv6], ["-A INPUT -j ACCEPT"]));
        Assert.Throws<InvalidOperationException>(() => engine.PathOf(pin));

        (Family, Hook) Place()
        {
            using BpfLink link = BpfLink.TryOpen(engine.PathOf(pin))!;
            var place = link.Info().Netfilter!;
            return ((Family)place.Family, (Hook)place.Hook);
        }
    }
}
