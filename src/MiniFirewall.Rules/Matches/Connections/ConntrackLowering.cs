using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>
/// The steps of -m conntrack. A packet without a connection meets all that is asked beside the state where the state is asked for, and
/// nothing where it is not, whatever is negated.
/// </summary>
internal sealed class ConntrackLowering
{
    private readonly ConntrackMatch _match;
    private readonly ImmutableArray<Step>.Builder _steps;

    private ConntrackLowering(ConntrackMatch match, ImmutableArray<Step>.Builder steps) => (_match, _steps) = (match, steps);

    internal static void Lower(ConntrackMatch match, ImmutableArray<Step>.Builder steps) => new ConntrackLowering(match, steps).Lower();

    private void Lower()
    {
        if (_match.States is { } states)
        {
            _steps.Add(new Require(StateTest.Condition(states.Value, states.Negated)));
        }

        if (_match.IsReply is { } isReply)
        {
            LowerDirection(isReply);
        }

        LowerAddress(_match.OriginalSource, ConnectionEnd.OriginalSource);
        LowerAddress(_match.OriginalDestination, ConnectionEnd.OriginalDestination);
        LowerAddress(_match.ReplySource, ConnectionEnd.ReplySource);
        LowerAddress(_match.ReplyDestination, ConnectionEnd.ReplyDestination);
        Ask(_match.Protocol, protocol => new ConnectionNumberIn(ConnectionNumber.Protocol, protocol, protocol));
        LowerPorts(_match.OriginalSourcePort, ConnectionNumber.OriginalSourcePort);
        LowerPorts(_match.OriginalDestinationPort, ConnectionNumber.OriginalDestinationPort);
        LowerPorts(_match.ReplySourcePort, ConnectionNumber.ReplySourcePort);
        LowerPorts(_match.ReplyDestinationPort, ConnectionNumber.ReplyDestinationPort);
        Ask(_match.Statuses, statuses => new ConnectionStatusIn((ConnectionStatus)statuses));
        Ask(_match.Expires, seconds => new ConnectionNumberIn(ConnectionNumber.SecondsLeft, (uint)seconds.Low, (uint)seconds.High));
    }

    private void LowerDirection(bool isReply)
    {
        ConnectionDirection direction = isReply ? ConnectionDirection.Reply : ConnectionDirection.Original;
        ConnectionDirection other = isReply ? ConnectionDirection.Original : ConnectionDirection.Reply;
        _steps.Add(new Require(_match.States is null
            ? FieldTest.Equal(Field.ConnectionDirection, (UInt128)(byte)direction)
            : FieldTest.Equal(Field.ConnectionDirection, (UInt128)(byte)other, negated: true)));
    }

    private void LowerAddress(Asked<HostMask>? asked, ConnectionEnd end) =>
        Ask(asked, host => new ConnectionAddressIs(host.Family, end, host.Address, AddressNotation.PrefixMask(host.Family, host.Prefix)));

    private void LowerPorts(Asked<NumberRange>? asked, ConnectionNumber number) =>
        Ask(asked, ports => new ConnectionNumberIn(number, ports.Low, ports.High));

    private void Ask<T>(Asked<T>? asked, Func<T, ConnectionQuestion> question)
        where T : notnull
    {
        if (asked is not null)
        {
            bool isMet = _match.States is not null;
            _steps.Add(new Require(new QuestionTest(question(asked.Value) with { WithoutConnection = isMet != asked.Negated }, asked.Negated)));
        }
    }
}
