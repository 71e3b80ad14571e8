using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>
/// Where a look-up's code keeps things. R6 is the packet key throughout, R7 the best order so far, R8 and R9 belong to the
/// look-up; all else is on the stack, offsets from the frame pointer.
/// </summary>
/// <param name="IsOdd">The odd view, where steps run in order; else the ordinary one.</param>
/// <param name="Context">Eight bytes: the program's context.</param>
/// <param name="Tuples">Eight bytes: tuples still to probe.</param>
/// <param name="Ports">Eight bytes: source port | destination port &lt;&lt; 16 | protocol &lt;&lt; 32; not used for odd packets.</param>
/// <param name="Salt">Eight bytes: the chain's salt.</param>
/// <param name="Low">Four bytes: the least order to look for. Numbers of four bytes stand at odd multiples of four: the verifier
/// then keeps nothing of what they were, and a loop's turns look alike to it.</param>
/// <param name="Action">Four bytes: the action of the best entry.</param>
/// <param name="Candidate">Four bytes: the action of the entry that is being read.</param>
/// <param name="Element">Four bytes: the element of a list that is being read.</param>
/// <param name="Entry">Four bytes: the index of the entry that is being read.</param>
/// <param name="Epoch">Four bytes, beside Low: the epoch that the packet found.</param>
/// <param name="Likely">Four bytes: the tuple that is likely to be the first; null where nothing guesses.</param>
internal sealed record LookupSite(bool IsOdd, int Context, int Tuples, int Ports, int Salt, int Low, int Action, int Candidate, int Element, int Entry, int Epoch, int? Likely)
{
    internal const Register Key = Register.R6, Best = Register.R7;
}
