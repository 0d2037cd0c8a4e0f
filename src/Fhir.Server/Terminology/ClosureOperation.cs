// $closure: clients that keep a transitive closure of the concepts that they use.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary><c>$closure</c> on the base (R4 conceptmap-operation-closure.html).</summary>
internal static class ClosureOperation
{
    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var (name, version) = (input.Text("name")!, input.Text("version"));
        var concepts = input.Values("concept").Select(CodedInput.Coding)
            .Select(static coding => new CodingValue(coding.System, coding.Version, coding.Code ?? throw new RefusedException(400, "required", "Each concept of $closure needs a code."), coding.Display))
            .ToList();
        var closures = call.Server.ClosuresOf(call.Scope.Subject);
        ClosureAnswer? answer = null;
        if (concepts.Count > 0)
            answer = await closures.AddAsync((await TerminologyRequest.ReadAsync(call, input, cancel)).Scope, name, concepts, cancel);
        if (version is not null)
            answer = await closures.ReplayAsync(name, version, cancel);
        answer ??= await closures.InitialiseAsync(name, cancel);
        return new FhirAnswer(200)
        {
            Json = ClosureConceptMap.Write(answer, call.Server.Clock.GetUtcNow()),
            Shape = ResourceShape.Whole with { Pretty = ResourceShape.Parse(call.Parameters, forSearch: false).Pretty },
        };
    }
}
