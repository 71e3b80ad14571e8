namespace MiniFirewall.Analysis.Connections;

/// <summary>A connection of a protocol that is known by its addresses alone (nf_conntrack_proto_generic.c).</summary>
internal sealed class PlainConnection(ConnectionKey original, ConnectionKey reply) : TrackedConnection(original, reply)
{
    internal override Membership Meet(in Meeting packet)
    {
        Refresh(packet.Timeout("generic_timeout"), packet.Clock);
        return Membership.Belongs;
    }
}
