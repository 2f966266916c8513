using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 先后: the steps that a command rests on beside the one that its own rule names. Nothing is dated before what it follows; a ledger tells
/// what others did, and stands as it is.
/// </summary>
internal static class Precedence
{
    /// <summary>Why a command cannot have been given when it is said to have been; null when it can.</summary>
    public static Refusal? Check(IHazardCommand command, Hazard hazard, Act act) => act.By.OnBehalf
        ? null
        : Steps(command, hazard).Where(s => s.At > act.OccurredAt).OrderByDescending(s => s.At)
            .Select(s => Checks.After(act, s.At!.Value, s.Step)).FirstOrDefault();

    private static IEnumerable<(DateTimeOffset? At, Words Step)> Steps(IHazardCommand command, Hazard hazard)
    {
        var leg = command.ConcernedLeg is { } named ? hazard.Legs.GetValueOrDefault(named) : null;
        // What only a graded hazard can come to. That it was fixed during the inspection may be heard after the grading.
        var stages = command.Rule.Stages;
        if (!stages.Contains(Stage.Reported) && stages.Any(Hazard.IsOpenAt) || command is RejectHazard or MergeHazard)
            yield return (hazard.VerifiedAt, Words.Of(CommandRules.Verify));
        if (command is AssignHazard or Reinspect or CloseHazard)
            yield return (hazard.GradedAt, new Words("定级", "the grading"));
        switch (command)
        {
            // What is put to the legs, or done about one, is of who answers for them by then.
            case IssueNotice or HoldInterview or CirculateCriticism:
                foreach (var addressed in leg is null ? hazard.Legs.Values : [leg])
                    yield return (addressed.AssignedAt, Words.Of(CommandRules.Assign));
                break;
            // The place may have been visited before.
            case Urge or RequestResumption:
                yield return (leg?.AssignedAt, Words.Of(CommandRules.Assign));
                if (command is Urge)
                    yield return (hazard.Closure?.At, Words.Of(CommandRules.Close));
                break;
            // What was not all done by then was not completed before. It may have been before an extension was decided, or even asked for.
            case DeclareCompletion when leg?.Percent < LegState.Whole:
                yield return (leg.ProgressedAt, Words.Of(CommandRules.ReportProgress));
                break;
            case ReturnAssignment or ReassignLeg:
                yield return (leg?.LastHeardAt, new Words("责任单位上一次办理", "the last act of the body that answers for it"));
                yield return (leg?.ExtensionDecidedAt, Words.Of(CommandRules.DecideExtension));
                break;
            case NameSupervisor:
                yield return (leg?.SupervisedAt, new Words("督办单位上一次督办", "the supervisor's last act"));
                break;
            case DelistHazard or CloseHazard:
                yield return (hazard.Listing?.PublishedAt, Words.Of(CommandRules.PublishListing));
                yield return (hazard.Listing?.FiledAt, Words.Of(CommandRules.FileListing));
                break;
            case ListHazard:
                yield return (hazard.Delisting?.PublishedAt, Words.Of(CommandRules.PublishDelisting));
                break;
            case WithdrawAcceptance when hazard.OnAcceptance is { } delisted:
                yield return (delisted.EndedAt, Words.Of(CommandRules.Delist));
                break;
            case ReopenHazard or LookBack:
                yield return (hazard.Closure?.LookedBackAt, Words.Of(CommandRules.Lookback));
                break;
            default:
                break;
        }
    }
}
