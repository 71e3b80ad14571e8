using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Rules.Values;

/// <summary>A number that an option asks for, or any other where negated.</summary>
public readonly record struct AskedNumber(uint Value, bool Negated)
{
    internal NumberTest Test => new(Value, Value, Negated);

    /// <summary>Appends the option as iptables-save has it.</summary>
    internal void Print(RuleTextWriter writer, string option) => writer.Not(Negated).Word(option).Word($"{Value}");

    /// <summary>Appends it as iptables -L has it, "name:!value".</summary>
    internal void List(RuleTextWriter writer, string name) => writer.Word($"{name}:{(Negated ? "!" : "")}{Value}");
}
