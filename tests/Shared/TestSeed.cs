// The seed of tests that make their cases at random: the same in each run, unless the environment asks for another or a new one.

namespace FhirHub.Tests;

/// <summary>Where random cases begin.</summary>
internal static class TestSeed
{
    private const string Variable = "FHIRHUB_TEST_SEED";
    private const int Usual = 20_260_801;

    /// <summary>
    /// The seed: <c>FHIRHUB_TEST_SEED</c> if it is a number, a new one if it is <c>random</c>, else always the same, so that a run that
    /// fails fails again.
    /// </summary>
    public static int Take() => Environment.GetEnvironmentVariable(Variable) switch
    {
        "random" => Random.Shared.Next(),
        { } text when int.TryParse(text, out var seed) => seed,
        _ => Usual,
    };
}
