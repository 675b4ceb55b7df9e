// Classes with a decorator of Nest's that are Nest's own: the application did not write them, and what they do is no news.
import {
  ClassSerializerInterceptor,
  ConsoleLogger,
  DefaultValuePipe,
  Logger,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseDatePipe,
  ParseEnumPipe,
  ParseFilePipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  ValidationPipe,
  type Type,
} from '@nestjs/common';
import { BaseExceptionFilter, DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';

/** Named one by one: all of a namespace would cost every importer of ttlog a file. */
const CLASSES: ReadonlySet<unknown> = new Set<unknown>([
  BaseExceptionFilter,
  ClassSerializerInterceptor,
  ConsoleLogger,
  DefaultValuePipe,
  DiscoveryService,
  Logger,
  MetadataScanner,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseDatePipe,
  ParseEnumPipe,
  ParseFilePipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  Reflector,
  ValidationPipe,
]);

/** Of packages that need not be there: what looks for decorators when an application starts, and what is asked by nearly every method. */
const NAMES: ReadonlySet<string> = new Set([
  // @nestjs/config, schedule, event-emitter, bullmq and bull
  'ConfigService',
  'ScheduleExplorer',
  'SchedulerMetadataAccessor',
  'SchedulerOrchestrator',
  'SchedulerRegistry',
  'EventEmitterReadinessWatcher',
  'EventSubscribersLoader',
  'EventsMetadataAccessor',
  'BullExplorer',
  'BullMetadataAccessor',
  'BullRegistrar',
  'ProcessorDecoratorService',
  // @nestjs/graphql
  'FileSystemHelper',
  'OrphanedReferenceRegistry',
  'ResolverDecoratorHost',
  'ResolversExplorerService',
  'ScalarsExplorerService',
  'TypeDefinitionsGenerator',
  'TypeDefinitionsStorage',
  'TypeDefsDecoratorFactory',
  'TypeFieldsAccessor',
  'TypeMapperService',
]);

/** The rest of @nestjs/graphql: what makes a schema. */
const SCHEMA =
  /^(?:GraphQL(?:Ast|Factory|Federation|Schema|Types).*|\w*(?:Args|Definition|DefinitionNode|Type|Types)Factory)$/;

export function isNestsOwn(type: Type): boolean {
  return CLASSES.has(type) || NAMES.has(type.name) || SCHEMA.test(type.name);
}
