namespace MiniFirewall.Policy.Questions;

/// <summary>A number lies in a range, both ends of it in it, or outside where negated.</summary>
public readonly record struct NumberTest(uint Low, uint High, bool Negated = false)
{
    public bool Holds(uint number) => (number >= Low && number <= High) != Negated;
}
