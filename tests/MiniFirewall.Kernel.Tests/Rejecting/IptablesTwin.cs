using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>The oracle: the kernel's own REJECT.</summary>
internal sealed class IptablesTwin : RejectTwin
{
    private protected override void Load(Family family, RuleTexts rules)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, rules.OfFamily[family]);
            string command = family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore";
            Command.Run(["ip", "netns", "exec", Namespace.Name, command, "-w", "30", file]);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
