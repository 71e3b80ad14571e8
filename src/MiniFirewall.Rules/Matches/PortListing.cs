using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>Ports as iptables -L shows them: numbers, or the names that services of the protocol have.</summary>
/// <param name="Protocol">The protocol's name in /etc/services.</param>
internal readonly record struct PortListing(ListStyle Style, string Protocol)
{
    /// <summary>"spt:22" or "spts:22:80"; nothing where every port will do.</summary>
    /// <param name="name">"spt" or "dpt".</param>
    internal void List(RuleTextWriter writer, string name, NumberRange ports, bool negated)
    {
        if (ports != NumberRange.All || negated)
        {
            string plural = ports.Low == ports.High ? "" : "s";
            writer.Word($"{name}{plural}:{(negated ? "!" : "")}{Show(ports)}");
        }
    }

    internal string Show(NumberRange ports) => ports.Low == ports.High ? Show(ports.Low) : $"{Show(ports.Low)}:{Show(ports.High)}";

    private string Show(ushort port) => (Style.IsNumeric ? null : Style.Names.ServiceOf(port, Protocol)) ?? $"{port}";
}
