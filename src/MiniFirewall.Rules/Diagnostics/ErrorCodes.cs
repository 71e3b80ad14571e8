using System.Collections.Frozen;

namespace MiniFirewall.Rules.Diagnostics;

/// <summary>The numbers of the language's diagnostics. They are stable: a number is never given to another error.</summary>
public static class ErrorCodes
{
    public const int UnterminatedQuote = 1001;
    public const int BadCharacter = 1002;
    public const int ShellSyntax = 1003;
    public const int UnknownLine = 1004;
    public const int TooManyErrors = 1005;

    public const int UnknownTable = 1101;
    public const int MissingCommit = 1102;
    public const int MisplacedLine = 1103;
    public const int BadChainLine = 1104;
    public const int BadCounters = 1105;

    public const int NoCommand = 1201;
    public const int SecondCommand = 1202;
    public const int UnsupportedCommand = 1203;
    public const int BadChainName = 1204;
    public const int NoSuchChain = 1205;
    public const int ChainExists = 1206;
    public const int BuiltInChain = 1207;
    public const int BadPolicy = 1208;
    public const int BadRuleNumber = 1209;
    public const int NoSuchRule = 1210;
    public const int ChainNotEmpty = 1211;
    public const int ChainInUse = 1212;

    public const int UnknownOption = 1301;
    public const int AmbiguousOption = 1302;
    public const int MissingArgument = 1303;
    public const int UnexpectedArgument = 1304;
    public const int UnexpectedWord = 1305;
    public const int RepeatedOption = 1306;
    public const int CannotNegate = 1307;
    public const int MisplacedNegation = 1308;
    public const int MisplacedOption = 1309;
    public const int WrongChain = 1310;
    public const int MissingOption = 1311;
    public const int ExcludedOption = 1312;
    public const int UnsupportedOption = 1313;

    public const int UnknownProtocol = 1401;
    public const int NeverMatches = 1402;
    public const int BadAddress = 1403;
    public const int BadMask = 1404;
    public const int UnresolvedName = 1405;
    public const int NegatedList = 1406;
    public const int BadInterface = 1407;
    public const int FamilyConflict = 1408;
    public const int WrongProtocol = 1409;
    public const int TooManyRules = 1410;

    public const int BadNumber = 1501;
    public const int BadPort = 1502;
    public const int BadRange = 1503;
    public const int UnknownFlag = 1504;
    public const int BadIcmpType = 1505;
    public const int TooManyPorts = 1506;
    public const int EmptyText = 1507;
    public const int BadLogLevel = 1508;
    public const int BadName = 1530;
    public const int BadPattern = 1531;
    public const int UnknownAlgorithm = 1532;
    public const int BadU32 = 1533;
    public const int BadTime = 1534;
    public const int BadBytecode = 1535;
    public const int TooManyItems = 1520;
    public const int UnknownHeader = 1521;
    public const int BadMobilityType = 1522;

    public const int UnknownName = 1540;
    public const int BadLinkAddress = 1541;
    public const int TooManyElements = 1542;

    public const int UnknownMatch = 1601;
    public const int UnknownTarget = 1603;
    public const int UnsupportedTarget = 1604;
    public const int BadJump = 1605;
    public const int ChainLoop = 1606;
    public const int NotInForce = 1607;
    public const int NoSuchEstimator = 1608;
    public const int EstimatorDiffers = 1609;

    public const int BadSetLine = 1701;
    public const int BadSetName = 1702;
    public const int SetExists = 1703;
    public const int NoSuchSet = 1704;
    public const int UnknownSetType = 1705;
    public const int UnsupportedSetOption = 1706;
    public const int BadSetElement = 1707;
    public const int BadSetFile = 1708;
    public const int TooManySets = 1709;
    public const int BadDirection = 1710;

    public const int UnknownConnectionSetting = 1801;
    public const int BadConnectionSetting = 1802;

    /// <summary>Every code with its name, for the documents and their test.</summary>
    public static FrozenDictionary<int, string> Names { get; } = new Dictionary<int, string>
    {
        [UnterminatedQuote] = nameof(UnterminatedQuote),
        [BadCharacter] = nameof(BadCharacter),
        [ShellSyntax] = nameof(ShellSyntax),
        [UnknownLine] = nameof(UnknownLine),
        [TooManyErrors] = nameof(TooManyErrors),
        [UnknownTable] = nameof(UnknownTable),
        [MissingCommit] = nameof(MissingCommit),
        [MisplacedLine] = nameof(MisplacedLine),
        [BadChainLine] = nameof(BadChainLine),
        [BadCounters] = nameof(BadCounters),
        [NoCommand] = nameof(NoCommand),
        [SecondCommand] = nameof(SecondCommand),
        [UnsupportedCommand] = nameof(UnsupportedCommand),
        [BadChainName] = nameof(BadChainName),
        [NoSuchChain] = nameof(NoSuchChain),
        [ChainExists] = nameof(ChainExists),
        [BuiltInChain] = nameof(BuiltInChain),
        [BadPolicy] = nameof(BadPolicy),
        [BadRuleNumber] = nameof(BadRuleNumber),
        [NoSuchRule] = nameof(NoSuchRule),
        [ChainNotEmpty] = nameof(ChainNotEmpty),
        [ChainInUse] = nameof(ChainInUse),
        [UnknownOption] = nameof(UnknownOption),
        [AmbiguousOption] = nameof(AmbiguousOption),
        [MissingArgument] = nameof(MissingArgument),
        [UnexpectedArgument] = nameof(UnexpectedArgument),
        [UnexpectedWord] = nameof(UnexpectedWord),
        [RepeatedOption] = nameof(RepeatedOption),
        [CannotNegate] = nameof(CannotNegate),
        [MisplacedNegation] = nameof(MisplacedNegation),
        [MisplacedOption] = nameof(MisplacedOption),
        [WrongChain] = nameof(WrongChain),
        [MissingOption] = nameof(MissingOption),
        [ExcludedOption] = nameof(ExcludedOption),
        [UnsupportedOption] = nameof(UnsupportedOption),
        [UnknownProtocol] = nameof(UnknownProtocol),
        [NeverMatches] = nameof(NeverMatches),
        [BadAddress] = nameof(BadAddress),
        [BadMask] = nameof(BadMask),
        [UnresolvedName] = nameof(UnresolvedName),
        [NegatedList] = nameof(NegatedList),
        [BadInterface] = nameof(BadInterface),
        [FamilyConflict] = nameof(FamilyConflict),
        [WrongProtocol] = nameof(WrongProtocol),
        [TooManyRules] = nameof(TooManyRules),
        [BadNumber] = nameof(BadNumber),
        [BadPort] = nameof(BadPort),
        [BadRange] = nameof(BadRange),
        [UnknownFlag] = nameof(UnknownFlag),
        [BadIcmpType] = nameof(BadIcmpType),
        [TooManyPorts] = nameof(TooManyPorts),
        [EmptyText] = nameof(EmptyText),
        [BadLogLevel] = nameof(BadLogLevel),
        [BadName] = nameof(BadName),
        [BadPattern] = nameof(BadPattern),
        [UnknownAlgorithm] = nameof(UnknownAlgorithm),
        [BadU32] = nameof(BadU32),
        [BadTime] = nameof(BadTime),
        [BadBytecode] = nameof(BadBytecode),
        [TooManyItems] = nameof(TooManyItems),
        [UnknownHeader] = nameof(UnknownHeader),
        [BadMobilityType] = nameof(BadMobilityType),
        [UnknownName] = nameof(UnknownName),
        [BadLinkAddress] = nameof(BadLinkAddress),
        [TooManyElements] = nameof(TooManyElements),
        [UnknownMatch] = nameof(UnknownMatch),
        [UnknownTarget] = nameof(UnknownTarget),
        [UnsupportedTarget] = nameof(UnsupportedTarget),
        [BadJump] = nameof(BadJump),
        [ChainLoop] = nameof(ChainLoop),
        [NotInForce] = nameof(NotInForce),
        [NoSuchEstimator] = nameof(NoSuchEstimator),
        [EstimatorDiffers] = nameof(EstimatorDiffers),
        [BadSetLine] = nameof(BadSetLine),
        [BadSetName] = nameof(BadSetName),
        [SetExists] = nameof(SetExists),
        [NoSuchSet] = nameof(NoSuchSet),
        [UnknownSetType] = nameof(UnknownSetType),
        [UnsupportedSetOption] = nameof(UnsupportedSetOption),
        [BadSetElement] = nameof(BadSetElement),
        [BadSetFile] = nameof(BadSetFile),
        [TooManySets] = nameof(TooManySets),
        [BadDirection] = nameof(BadDirection),
        [UnknownConnectionSetting] = nameof(UnknownConnectionSetting),
        [BadConnectionSetting] = nameof(BadConnectionSetting),
    }.ToFrozenDictionary();
}
