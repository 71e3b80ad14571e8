using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>
/// The function set_lookup(ctx, key, what): whether the packet is in a set. Its length does not depend on the sets; what it does is
/// in the set's image (<see cref="SetLayout"/>). The loops are bounded by the image's numbers, and for the verifier
/// by may_goto (kernel 6.9); where that budget were used up, the answer is <see cref="Invalid"/>. It calls nothing.
/// </summary>
internal sealed class SetLookupEmitter(Assembler code, Family family)
{
    /// <summary>The results.</summary>
    internal const int NotInSet = 0, InSet = 1, Invalid = 2;

    // The function's frame, from its bottom: the packet's words, a tuple's words, where the loops are, and the flag of the element
    // that is looked for.
    private const int Packet = 0, Key = 40, EndOfTuples = 80, Line = 88, LinesLeft = 96, Wanted = 104, FrameBytes = 112;

    private const int TupleMask = 0xffff, LineMask = 0x1ffffff, LinesLeftMask = 0xff;

    // The key until the words are made, then the image's place; the header; tuples to try; the next tuple.
    private const Register PacketKeyAddress = Register.R6, Image = Register.R6, Header = Register.R7, Candidates = Register.R8, Tuple = Register.R9;

    private const Register What = Register.R9, Protocol = Register.R1, Scratch = Register.R2, Port = Register.R4, Flags = Register.R5;

    private readonly Label _notInSet = code.DefineLabel("not in set"), _inSet = code.DefineLabel("in set"), _invalid = code.DefineLabel("set invalid"), _found = code.DefineLabel("element found");

    private int MostWords => family == Family.IPv4 ? 2 : SetLayout.MaxWords;

    internal void EmitFunction(Label entry)
    {
        code.BeginFunction(new Function("set_lookup", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size), new NumberParameter("what")]), entry);
        NullGuard.Emit(code, Register.R2, Invalid);
        code.Move(PacketKeyAddress, Register.R2);
        code.Move(What, Register.R3);
        code.Alu(AluOperation.ShiftRight, Register.R3, SetLayout.WantsNoMatchShift - 1);
        code.Alu(AluOperation.And, Register.R3, SetLayout.NoMatch);
        Store(Wanted, Register.R3);
        EmitFindImage();
        EmitPort();
        EmitPacketWords();
        EmitCandidates();
        EmitTuples();
        EmitFound();
        EmitResult(_inSet, InSet);
        EmitResult(_notInSet, NotInSet);
        EmitResult(_invalid, Invalid);
    }

    /// <summary>R4 is the flag of the element that decides.</summary>
    private void EmitFound()
    {
        code.Mark(_found);
        Load(Register.R1, Wanted);
        code.Jump(JumpCondition.NotEqual, Register.R1, Register.R4, _notInSet);
    }

    private void EmitResult(Label label, int result)
    {
        code.Mark(label);
        code.Move(Register.R0, result);
        code.Exit();
    }

    /// <summary>The image's place into R8, its header into R7. No image, or no elements of this family: not in the set.</summary>
    private void EmitFindImage()
    {
        // Naming the map makes it the program's arena; what the instruction loads is of no use.
        code.LoadMap(Register.R1, WellKnownMaps.Sets);
        code.Move(Register.R1, What);
        code.Alu(AluOperation.And, Register.R1, SetLayout.SetMask);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 3);
        code.CastToArena(Register.R1);
        code.Load(MemorySize.Word, Candidates, Register.R1, 0);
        code.Jump(JumpCondition.Equal, Candidates, 0, _notInSet);
        code.Move(Header, Candidates);
        code.CastToArena(Header);
        code.Alu(AluOperation.Add, Header, SetLayout.HeaderOf(family));
        LoadHeader(Register.R1, SetLayout.TupleCount);
        code.Jump(JumpCondition.Equal, Register.R1, 0, _notInSet);
    }

    /// <summary>The register is a distance in a piece of the image, and becomes its address.</summary>
    private void EmitAddressIn(int pieceAt, Register distance)
    {
        LoadHeader(Register.R2, pieceAt);
        code.Alu(AluOperation.Add, distance, Register.R2);
        code.Alu(AluOperation.Add, distance, Image);
        code.CastToArena(distance);
    }

    /// <summary>R4 = port &lt;&lt; 16 | protocol &lt;&lt; 8, as the set's shape wants them; 0 where it has no ports.</summary>
    private void EmitPort()
    {
        Label done = code.DefineLabel("port known"), any = code.DefineLabel("protocol fits");
        code.Move(Port, 0);
        LoadHeader(Flags, SetLayout.Flags);
        EmitJumpUnless(SetLayout.HasPort, done);
        EmitRequireTransport();
        EmitJumpUnless(SetLayout.TcpOrUdpOnly, any);
        code.Jump(JumpCondition.Equal, Protocol, IpProtocol.Tcp, any);
        code.Jump(JumpCondition.NotEqual, Protocol, IpProtocol.Udp, _notInSet);
        code.Mark(any);
        EmitPortByProtocol();
        code.Alu(AluOperation.ShiftLeft, Port, 16);
        code.Move(Scratch, Flags);
        code.Alu(AluOperation.And, Scratch, SetLayout.TcpOrUdpOnly);
        code.Jump(JumpCondition.NotEqual, Scratch, 0, done);
        code.Alu(AluOperation.ShiftLeft, Protocol, 8);
        code.Alu(AluOperation.Or, Port, Protocol);
        code.Mark(done);
    }

    private void EmitJumpUnless(int flag, Label target)
    {
        code.Move(Scratch, Flags);
        code.Alu(AluOperation.And, Scratch, flag);
        code.Jump(JumpCondition.Equal, Scratch, 0, target);
    }

    /// <summary>R1 = the protocol, of a packet that is no later fragment (ip_set_get_ip4_port, ip_set_get_ip6_port).</summary>
    private void EmitRequireTransport()
    {
        LoadKey(MemorySize.Half, Scratch, PacketKey.FragmentOffset);
        code.Jump(JumpCondition.NotEqual, Scratch, 0, _notInSet);
        LoadKey(MemorySize.Byte, Protocol, PacketKey.Protocol);
        if (family == Family.IPv4)
        {
            code.Jump(JumpCondition.Equal, Protocol, 0, _notInSet);
            return;
        }

        LoadKey(MemorySize.Byte, Scratch, PacketKey.ChainBroken);
        code.Jump(JumpCondition.NotEqual, Scratch, 0, _notInSet);
        code.Jump(JumpCondition.Equal, Protocol, IpProtocol.NoNextHeader, _notInSet);
    }

    /// <summary>R4 = the port; 0, as it is, for protocols that have none. A cut header: not in the set.</summary>
    private void EmitPortByProtocol()
    {
        Label ports = code.DefineLabel("ports"), icmp = code.DefineLabel("type and code"), length = code.DefineLabel("length needed"), done = code.DefineLabel("port read");
        EmitLength(20, ports, IpProtocol.Tcp);
        EmitLength(8, ports, IpProtocol.Udp, IpProtocol.UdpLite);
        EmitLength(12, ports, IpProtocol.Sctp);
        EmitLength(8, icmp, IpProtocol.Icmp, IpProtocol.Icmpv6);
        code.Jump(done);

        code.Mark(ports);
        code.Move(Register.R3, What);
        code.Alu(AluOperation.And, Register.R3, SetLayout.PortIsSource);
        code.Jump(JumpCondition.NotEqual, Register.R3, 0, icmp);
        LoadKey(MemorySize.Half, Port, PacketKey.DestinationPort);
        code.Jump(length);

        // An ICMP message's type and code stand where other headers have the source port.
        code.Mark(icmp);
        LoadKey(MemorySize.Half, Port, PacketKey.SourcePort);
        code.Mark(length);
        LoadKey(MemorySize.Half, Register.R3, PacketKey.TransportLength);
        code.Jump(JumpCondition.Less, Register.R3, Scratch, _notInSet);
        code.Mark(done);
    }

    private void EmitLength(int bytes, Label target, params ReadOnlySpan<byte> protocols)
    {
        code.Move(Scratch, bytes);
        foreach (byte protocol in protocols)
        {
            code.Jump(JumpCondition.Equal, Protocol, protocol, target);
        }
    }

    /// <summary>The packet's words, as <see cref="SetWords.Of"/> has them. Addresses that the set has not are masked off later.</summary>
    private void EmitPacketWords()
    {
        if (family == Family.IPv4)
        {
            EmitAddress(MemorySize.Word, SetLayout.FirstIsSource, PacketKey.SourceLow, PacketKey.DestinationLow);
            code.Alu(AluOperation.ShiftLeft, Register.R1, 32);
            Store(Packet, Register.R1);
            EmitAddress(MemorySize.Word, SetLayout.SecondIsSource, PacketKey.SourceLow, PacketKey.DestinationLow);
            code.Alu(AluOperation.ShiftLeft, Register.R1, 32);
            code.Alu(AluOperation.Or, Register.R1, Port);
            Store(Packet + 8, Register.R1);
            return;
        }

        code.Alu(AluOperation.ShiftLeft, Port, 32);
        Store(Packet, Port);
        EmitAddress(MemorySize.DoubleWord, SetLayout.FirstIsSource, PacketKey.SourceHigh, PacketKey.DestinationHigh);
        Store(Packet + 8, Register.R1);
        EmitAddress(MemorySize.DoubleWord, SetLayout.FirstIsSource, PacketKey.SourceLow, PacketKey.DestinationLow);
        Store(Packet + 16, Register.R1);
        EmitAddress(MemorySize.DoubleWord, SetLayout.SecondIsSource, PacketKey.SourceHigh, PacketKey.DestinationHigh);
        Store(Packet + 24, Register.R1);
        EmitAddress(MemorySize.DoubleWord, SetLayout.SecondIsSource, PacketKey.SourceLow, PacketKey.DestinationLow);
        Store(Packet + 32, Register.R1);
    }

    /// <summary>R1 = a part of the source or the destination address.</summary>
    private void EmitAddress(MemorySize size, int sourceFlag, int source, int destination)
    {
        Label isSource = code.DefineLabel("source"), done = code.DefineLabel("address known");
        code.Move(Scratch, What);
        code.Alu(AluOperation.And, Scratch, sourceFlag);
        code.Jump(JumpCondition.NotEqual, Scratch, 0, isSource);
        LoadKey(size, Register.R1, destination);
        code.Jump(done);
        code.Mark(isSource);
        LoadKey(size, Register.R1, source);
        code.Mark(done);
    }

    /// <summary>R8 = a bit for each group of tuples that may have an element for the packet's first address.</summary>
    private void EmitCandidates()
    {
        Label done = code.DefineLabel("candidates known");
        code.Move(Image, Candidates);
        LoadHeader(Candidates, SetLayout.Always, MemorySize.DoubleWord);
        LoadHeader(Flags, SetLayout.Flags);
        EmitJumpUnless(SetLayout.HasDirectory, done);
        for (int level = 0; level < SetLayout.DirectoryLevels; level++)
        {
            EmitDirectoryWord(SetLayout.LevelBits(family)[level]);
            LoadHeader(Register.R2, SetLayout.LevelMasks + (level * 8), MemorySize.DoubleWord);
            code.Alu(AluOperation.And, Register.R1, Register.R2);
            code.Alu(AluOperation.Or, Candidates, Register.R1);
        }

        code.Mark(done);
    }

    /// <summary>R1 = the directory's word for the first bits of the first address.</summary>
    private void EmitDirectoryWord(int bits)
    {
        Load(Register.R1, family == Family.IPv4 ? Packet : Packet + 8);
        code.Alu(AluOperation.ShiftRight, Register.R1, 64 - bits);
        code.LoadConstant(Register.R2, SetLayout.HashOne);
        code.Alu(AluOperation.Multiply, Register.R1, Register.R2);
        LoadHeader(Register.R2, SetLayout.DirectoryShift);
        code.Alu(AluOperation.ShiftRight, Register.R1, Register.R2);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 3);
        EmitAddressIn(SetLayout.DirectoryAt, Register.R1);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, 0);
    }

    /// <summary>Tries the candidates' tuples, the most specific first, until one has an element.</summary>
    private void EmitTuples()
    {
        Label next = code.DefineLabel("next tuple"), have = code.DefineLabel("tuple known"), probe = code.DefineLabel("next line");
        code.Move(Tuple, 0);
        Store(EndOfTuples, Tuple);
        Store(LinesLeft, Tuple);
        code.Mark(next);
        code.MayGoto(_invalid, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5);
        Load(Register.R1, EndOfTuples);
        code.Jump(JumpCondition.Less, Tuple, Register.R1, have);
        code.Jump(JumpCondition.Equal, Candidates, 0, _notInSet);
        EmitTakeGroup();
        code.Mark(have);
        EmitTupleWords();
        EmitFirstLine();

        code.Mark(probe);
        code.MayGoto(_invalid, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5);
        EmitLineAddress();
        EmitCompare(next);
        EmitNextLine();
        Load(Register.R1, LinesLeft);
        code.Jump(JumpCondition.Equal, Register.R1, 0, next);
        code.Alu(AluOperation.Subtract, Register.R1, 1);
        code.Alu(AluOperation.And, Register.R1, LinesLeftMask);
        Store(LinesLeft, Register.R1);
        code.Jump(probe);
    }

    /// <summary>Takes the lowest candidate: R9 = its first tuple, and where its tuples end.</summary>
    private void EmitTakeGroup()
    {
        Label end = code.DefineLabel("end known");
        code.Move(Register.R1, Candidates);
        code.Alu(AluOperation.Negate, Register.R1, 0);
        code.Alu(AluOperation.And, Register.R1, Candidates);
        code.Alu(AluOperation.Xor, Candidates, Register.R1);
        code.LoadConstant(Register.R2, SetLayout.DeBruijn);
        code.Alu(AluOperation.Multiply, Register.R1, Register.R2);
        code.Alu(AluOperation.ShiftRight, Register.R1, 58);
        code.Move(Register.R2, Header);
        code.Alu(AluOperation.Add, Register.R2, Register.R1);
        code.Load(MemorySize.Byte, Tuple, Register.R2, SetLayout.BitTable - SetLayout.HeaderOf(family));
        LoadHeader(Register.R1, SetLayout.TuplesPerBit);
        code.Alu(AluOperation.Multiply, Tuple, Register.R1);
        code.Alu(AluOperation.And, Tuple, TupleMask);
        code.Alu(AluOperation.Add, Register.R1, Tuple);
        LoadHeader(Register.R2, SetLayout.TupleCount);
        code.Jump(JumpCondition.LessOrEqual, Register.R1, Register.R2, end);
        code.Move(Register.R1, Register.R2);
        code.Mark(end);
        Store(EndOfTuples, Register.R1);
    }

    /// <summary>The words that an element of tuple R9 would have; R9 goes on to the next.</summary>
    private void EmitTupleWords()
    {
        const int TupleBytesShift = 6;
        code.Move(Register.R0, Tuple);
        code.Alu(AluOperation.ShiftLeft, Register.R0, TupleBytesShift);
        EmitAddressIn(SetLayout.TuplesAt, Register.R0);
        for (int word = 0; word < MostWords; word++)
        {
            Load(Register.R1, Packet + (word * 8));
            code.Load(MemorySize.DoubleWord, Register.R2, Register.R0, word * 8);
            code.Alu(AluOperation.And, Register.R1, Register.R2);
            if (word == 0)
            {
                code.Load(MemorySize.DoubleWord, Register.R2, Register.R0, SetLayout.TupleMark);
                code.Alu(AluOperation.Or, Register.R1, Register.R2);
            }

            Store(Key + (word * 8), Register.R1);
        }

        code.Alu(AluOperation.Add, Tuple, 1);
        code.Alu(AluOperation.And, Tuple, TupleMask);
    }

    /// <summary>The line that the tuple's words are to be looked for at: <see cref="SetWords.LineOf"/>.</summary>
    private void EmitFirstLine()
    {
        Label hashed = code.DefineLabel("hashed");
        Load(Register.R1, Key);
        LoadHeader(Register.R2, SetLayout.Seed, MemorySize.DoubleWord);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        code.LoadConstant(Register.R3, SetLayout.HashOne);
        EmitMix(Register.R3);
        int narrow = family == Family.IPv4 ? 1 : 3;
        for (int word = 1; word < narrow; word++)
        {
            EmitMixWord(word);
        }

        LoadHeader(Flags, SetLayout.Flags);
        EmitJumpUnless(SetLayout.IsWide, hashed);
        for (int word = narrow; word < MostWords; word++)
        {
            EmitMixWord(word);
        }

        code.Mark(hashed);
        code.LoadConstant(Register.R3, SetLayout.HashTwo);
        code.Alu(AluOperation.Multiply, Register.R1, Register.R3);
        code.Alu(AluOperation.ShiftRight, Register.R1, 32);
        LoadHeader(Register.R2, SetLayout.Lines);
        code.Alu(AluOperation.Multiply, Register.R1, Register.R2);
        code.Alu(AluOperation.ShiftRight, Register.R1, 32);
        code.Alu(AluOperation.And, Register.R1, LineMask);
        Store(Line, Register.R1);
        LoadHeader(Register.R1, SetLayout.MoreLines);
        code.Alu(AluOperation.And, Register.R1, LinesLeftMask);
        Store(LinesLeft, Register.R1);
    }

    private void EmitMixWord(int word)
    {
        Load(Register.R2, Key + (word * 8));
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        EmitMix(Register.R3);
    }

    private void EmitMix(Register factor)
    {
        code.Alu(AluOperation.Multiply, Register.R1, factor);
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.ShiftRight, Register.R2, 32);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
    }

    /// <summary>R0 = the address of the line.</summary>
    private void EmitLineAddress()
    {
        const int LineBytesShift = 6;
        Load(Register.R0, Line);
        code.Alu(AluOperation.ShiftLeft, Register.R0, LineBytesShift);
        EmitAddressIn(SetLayout.LinesAt, Register.R0);
    }

    /// <summary>Compares the line's elements with the words. An empty place ends the search in this tuple.</summary>
    private void EmitCompare(Label next)
    {
        Label narrow = code.DefineLabel("narrow elements"), done = code.DefineLabel("line compared");
        Load(Register.R3, Key);
        LoadHeader(Flags, SetLayout.Flags);
        EmitJumpUnless(SetLayout.IsWide, narrow);
        EmitCompareLine(next, family == Family.IPv4 ? 2 : 8);
        code.Jump(done);
        code.Mark(narrow);
        EmitCompareLine(next, family == Family.IPv4 ? 1 : 4);
        code.Mark(done);
    }

    private void EmitCompareLine(Label next, int words)
    {
        int used = SetLayout.UsedWordsOf(words);
        for (int at = 0; at < SetLayout.LineBytes; at += words * 8)
        {
            Label different = code.DefineLabel("different");
            code.Load(MemorySize.DoubleWord, Register.R4, Register.R0, at);
            code.Jump(JumpCondition.Equal, Register.R4, 0, next);
            code.Move(Register.R1, Register.R4);
            code.Alu(AluOperation.Xor, Register.R1, Register.R3);
            code.Alu(AluOperation.And, Register.R1, ~SetLayout.NoMatch);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, different);
            for (int word = 1; word < used; word++)
            {
                code.Load(MemorySize.DoubleWord, Register.R1, Register.R0, at + (word * 8));
                Load(Register.R2, Key + (word * 8));
                code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, different);
            }

            code.Alu(AluOperation.And, Register.R4, SetLayout.NoMatch);
            code.Jump(_found);
            code.Mark(different);
        }
    }

    private void EmitNextLine()
    {
        Label inside = code.DefineLabel("line inside");
        Load(Register.R1, Line);
        code.Alu(AluOperation.Add, Register.R1, 1);
        code.Alu(AluOperation.And, Register.R1, LineMask);
        LoadHeader(Register.R2, SetLayout.Lines);
        code.Jump(JumpCondition.Less, Register.R1, Register.R2, inside);
        code.Move(Register.R1, 0);
        code.Mark(inside);
        Store(Line, Register.R1);
    }

    private void LoadHeader(Register result, int field, MemorySize size = MemorySize.Word) => code.Load(size, result, Header, field);

    private void LoadKey(MemorySize size, Register result, int field) => code.Load(size, result, PacketKeyAddress, field);

    private void Load(Register result, int at) => StackFrame.Load(code, MemorySize.DoubleWord, result, FrameBytes, at);

    private void Store(int at, Register value, MemorySize size = MemorySize.DoubleWord) => StackFrame.Store(code, size, FrameBytes, at, value);
}
