using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Lowering;

/// <summary>What a rule's meaning takes from the rule set around it.</summary>
/// <param name="ChangesMarks">As <see cref="Policy.PacketProgram.ChangesMarks"/>.</param>
internal readonly record struct LoweringContext(LiveNames Names, bool ChangesMarks);
