// The functions that expressions may call, and with how many arguments (FHIRPath N1; R4 fhirpath.html#functions).

namespace FhirHub.Model.FhirPath;

internal enum FhirPathFunction
{
    Empty, Exists, All, AllTrue, AnyTrue, AllFalse, AnyFalse, SubsetOf, SupersetOf, Count, Distinct, IsDistinct,
    Where, Select, Repeat, Single, First, Last, Tail, Skip, Take, Intersect, Exclude, Union, Combine,
    Iif, ToBoolean, ToInteger, ToDate, ToDateTime, ToDecimal, ToQuantity, ToString, ToTime,
    ConvertsToBoolean, ConvertsToInteger, ConvertsToDate, ConvertsToDateTime, ConvertsToDecimal, ConvertsToQuantity,
    ConvertsToString, ConvertsToTime,
    IndexOf, LastIndexOf, Substring, StartsWith, EndsWith, Contains, Upper, Lower, Replace, Matches, MatchesFull,
    ReplaceMatches, Length, ToChars, Encode, Decode, Escape, Unescape, Trim, Split, Join,
    Abs, Ceiling, Exp, Floor, Ln, Log, Power, Round, Sqrt, Truncate,
    Children, Descendants, Trace, Now, TimeOfDay, Today, DefineVariable, Not, Aggregate, Sort, Type,
    LowBoundary, HighBoundary, Precision, Comparable,
    Extension, HasExtension, HasValue, GetValue, Resolve, ElementDefinition, Slice, CheckModifiers, ConformsTo, MemberOf, Subsumes,
    SubsumedBy, HtmlChecks,
}

/// <summary>A function's name and the least and greatest number of its arguments.</summary>
internal sealed record FunctionSignature(string Name, FhirPathFunction Function, int Least, int Most)
{
    private static readonly Dictionary<string, FunctionSignature> ByName = Build();

    public static FunctionSignature? Find(string name) => ByName.GetValueOrDefault(name);

    private static Dictionary<string, FunctionSignature> Build()
    {
        var functions = new Dictionary<string, FunctionSignature>(StringComparer.Ordinal);
        foreach (var function in Enum.GetValues<FhirPathFunction>())
        {
            var (least, most) = Arity(function);
            var name = function.ToString();
            name = char.ToLowerInvariant(name[0]) + name[1..];
            functions.Add(name, new FunctionSignature(name, function, least, most));
        }

        return functions;
    }

    private static (int Least, int Most) Arity(FhirPathFunction function) => function switch
    {
        FhirPathFunction.Exists or FhirPathFunction.ToQuantity or FhirPathFunction.ConvertsToQuantity or FhirPathFunction.Join
            or FhirPathFunction.Round or FhirPathFunction.LowBoundary or FhirPathFunction.HighBoundary => (0, 1),
        FhirPathFunction.All or FhirPathFunction.SubsetOf or FhirPathFunction.SupersetOf or FhirPathFunction.Where
            or FhirPathFunction.Select or FhirPathFunction.Repeat or FhirPathFunction.Skip or FhirPathFunction.Take
            or FhirPathFunction.Intersect or FhirPathFunction.Exclude or FhirPathFunction.Union or FhirPathFunction.Combine
            or FhirPathFunction.IndexOf or FhirPathFunction.LastIndexOf or FhirPathFunction.StartsWith or FhirPathFunction.EndsWith
            or FhirPathFunction.Contains or FhirPathFunction.MatchesFull or FhirPathFunction.Encode or FhirPathFunction.Decode
            or FhirPathFunction.Escape or FhirPathFunction.Unescape or FhirPathFunction.Split or FhirPathFunction.Log
            or FhirPathFunction.Power or FhirPathFunction.Comparable or FhirPathFunction.Extension or FhirPathFunction.HasExtension or FhirPathFunction.ConformsTo
            or FhirPathFunction.MemberOf or FhirPathFunction.Subsumes or FhirPathFunction.SubsumedBy => (1, 1),
        FhirPathFunction.Substring or FhirPathFunction.Matches or FhirPathFunction.Trace or FhirPathFunction.DefineVariable
            or FhirPathFunction.Aggregate => (1, 2),
        FhirPathFunction.Replace or FhirPathFunction.Slice => (2, 2),
        FhirPathFunction.ReplaceMatches or FhirPathFunction.Iif => (2, 3),
        FhirPathFunction.CheckModifiers => (1, 100),
        FhirPathFunction.Sort => (0, 100),
        _ => (0, 0),
    };
}
