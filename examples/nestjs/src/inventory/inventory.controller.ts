import { Controller, Get, Param } from '@nestjs/common';
import { InventoryService } from './inventory.service.js';
import type { Stock } from './stock.repository.js';

@Controller('inventory')
export class InventoryController {
  constructor(private readonly inventory: InventoryService) {}

  @Get(':sku')
  find(@Param('sku') sku: string): Promise<Stock> {
    return this.inventory.find(sku);
  }
}
